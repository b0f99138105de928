"""The stream's second consumer: every record that the stream took lies in raw/, once or more, and as it was sent."""

import base64
import gzip
import json
import re
import time
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from scripts import stack
from tests.integration.conftest import ClientFactory, Lab
from tests.integration.running import RunningService

ARCHIVED_WITHIN = 60.0
KEY = re.compile(r"raw/viewership-stream/dt=\d{4}-\d\d-\d\d/hr=\d\d/shardId-\d{12}-\d+-\d+\.jsonl\.gz")


@pytest.fixture(scope="module")
def outputs(lab: Lab, localstack: RunningService) -> Iterator[stack.Outputs]:
    """The lab's stack, deployed by the environment as a user's commands deploy it."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in lab.environment.items():
            if name.startswith("AWS_"):
                patch.setenv(name, value)
        yield stack.deploy(boto3.Session(), stack.parameters(lab.environment), lambda _: None)


def put(aws: ClientFactory, stream: str, records: dict[str, bytes]) -> None:
    """Put records, named by their partition keys."""
    entries = [{"PartitionKey": key, "Data": data} for key, data in records.items()]
    for start in range(0, len(entries), 250):
        answer = aws("kinesis").put_records(StreamName=stream, Records=entries[start : start + 250])
        assert answer["FailedRecordCount"] == 0


def archived(aws: ClientFactory, bucket: str, prefix: str) -> dict[str, bytes]:
    """What raw/ holds of the partition keys that begin so."""
    found = {}
    s3 = aws("s3")
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix="raw/"):
        for entry in page.get("Contents", []):
            assert KEY.fullmatch(entry["Key"])
            for line in lines(s3.get_object(Bucket=bucket, Key=entry["Key"])["Body"].read()):
                if line["partition_key"].startswith(prefix):
                    found[line["partition_key"]] = base64.b64decode(line["data"])
    return found


def lines(body: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in gzip.decompress(body).splitlines()]


def wait_for(aws: ClientFactory, bucket: str, records: dict[str, bytes], prefix: str) -> dict[str, bytes]:
    deadline = time.monotonic() + ARCHIVED_WITHIN
    while len(found := archived(aws, bucket, prefix)) < len(records) and time.monotonic() < deadline:
        time.sleep(0.2)
    return found


def test_every_record_is_archived_as_it_was_sent(aws: ClientFactory, outputs: stack.Outputs) -> None:
    strange = [b"{}", b"\xff\xfe not text", "größe \U0001f3ac".encode(), b"x" * 40_000]
    records = {f"as-sent-{number}": strange[number % 4] + str(number).encode() for number in range(1_000)}

    put(aws, outputs.stream_name, records)

    assert wait_for(aws, outputs.lake_bucket, records, "as-sent-") == records


def test_a_burst_larger_than_an_invocation_may_carry_is_archived(aws: ClientFactory, outputs: stack.Outputs) -> None:
    """6 MB is the most Lambda takes; the mapping has to cut a batch that would be larger."""
    records = {f"burst-{number}": b"y" * 30_000 for number in range(1_000)}

    put(aws, outputs.stream_name, records)

    assert wait_for(aws, outputs.lake_bucket, records, "burst-") == records
