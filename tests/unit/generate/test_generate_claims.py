"""Claims: a few thousand lines an object, nothing forgotten when a write fails."""

import gzip
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from scripts.generate.claims import LINES_AN_OBJECT, ClaimWriter, Run
from scripts.generate.records import Record

RUN = Run("run-0badcafe", "s", 7, 0, 100, datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC))


class Bucket:
    """An S3 client that holds what is put, and fails as often as told."""

    def __init__(self, failures: int = 0) -> None:
        self.objects: dict[str, bytes] = {}
        self.failures = failures

    def put_object(self, Bucket: str, Key: str, Body: bytes) -> None:  # noqa: N803
        if self.failures:
            self.failures -= 1
            raise ConnectionError("S3 is away")
        self.objects[Key] = Body

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for body in self.objects.values() for line in gzip.decompress(body).splitlines()]


def acknowledged(first: int, last: int) -> list[tuple[Record, str]]:
    return [(Record(index, "event", f"e{index}", "user", b""), str(index)) for index in range(first, last + 1)]


def test_claims_are_written_as_the_run_goes() -> None:
    bucket = Bucket()
    claims = ClaimWriter(bucket, "lake", RUN)  # type: ignore[arg-type]
    for first in range(0, 3 * LINES_AN_OBJECT, 500):
        claims.add(acknowledged(first, first + 499))
    assert len(bucket.lines()) == 3 * LINES_AN_OBJECT
    assert (
        sorted(bucket.objects)[0]
        == f"ops/ledger/claims/s/run-0badcafe/000000000000-{LINES_AN_OBJECT - 1:012d}.jsonl.gz"
    )


def test_a_claim_holds_what_the_ledger_needs() -> None:
    bucket = Bucket()
    claims = ClaimWriter(bucket, "lake", RUN)  # type: ignore[arg-type]
    claims.add([(Record(5, "not_json", None, "user-1", b"{"), "123")])
    claims.flush()
    assert bucket.lines() == [
        {
            "run_id": "run-0badcafe",
            "index": 5,
            "event_id": None,
            "partition_key": "user-1",
            "sequence_number": "123",
            "stream_name": "s",
            "kind": "not_json",
        }
    ]


def test_claims_that_could_not_be_written_are_written_by_the_next_flush() -> None:
    bucket = Bucket(failures=1)
    claims = ClaimWriter(bucket, "lake", RUN)  # type: ignore[arg-type]
    claims.add(acknowledged(0, 9))
    with pytest.raises(ConnectionError):
        claims.flush()
    claims.add(acknowledged(10, 19))
    claims.flush()
    assert sorted(line["index"] for line in bucket.lines()) == list(range(20))


def test_nothing_held_writes_nothing() -> None:
    bucket = Bucket()
    ClaimWriter(bucket, "lake", RUN).flush()  # type: ignore[arg-type]
    assert bucket.objects == {}
