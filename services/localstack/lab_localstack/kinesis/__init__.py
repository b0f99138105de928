"""Kinesis Data Streams, served inside the LocalStack process."""
