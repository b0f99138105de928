"""Start Airflow's pipelines when data arrives: S3 events from a queue become as few DAG runs as cover them all.

The rule is the DAGs' own (media_stream/coverage.py, which is part of this function's zip). A message that cannot be
served now is reported as failed, and the queue gives it again later.
"""

import logging
import os
from collections.abc import Mapping
from typing import Any

import boto3
from media_stream.coverage import Airflow, serve

logging.getLogger().setLevel(logging.INFO)
airflow = Airflow(boto3.client("mwaa"), os.environ["MWAA_ENVIRONMENT"])


def handle(event: Mapping[str, Any], _context: object) -> dict[str, list[dict[str, str]]]:
    """Serve a batch of SQS messages, each an S3 event; answers which of them failed (ReportBatchItemFailures)."""
    failed = serve(airflow, {message["messageId"]: message["body"] for message in event["Records"]})
    return {"batchItemFailures": [{"itemIdentifier": each} for each in failed]}
