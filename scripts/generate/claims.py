"""What the generator claims to have produced: the ledger's first column.

``ops/ledger/runs/<stream>/<run_id>.json`` says what a run set out to do;
``ops/ledger/claims/<stream>/<run_id>/<first>-<last>.jsonl.gz`` says what the stream acknowledged, written as the
run goes. ``first`` and ``last`` are the smallest and the largest index in the object.
"""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import orjson

from scripts.generate.records import Record

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

CLAIMS_PREFIX = "ops/ledger/claims"
RUNS_PREFIX = "ops/ledger/runs"
LINES_AN_OBJECT = 4_000


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the generator: ``events`` records of ``seed`` from index ``start`` on."""

    run_id: str
    stream: str
    seed: int
    start: int
    events: int
    as_of: datetime
    started_at: datetime


@dataclass(frozen=True, slots=True)
class Claim:
    """One acknowledged record: a line of a claims object."""

    run_id: str
    index: int
    event_id: str | None
    partition_key: str
    sequence_number: str
    stream_name: str
    kind: str


def declare(s3: S3Client, bucket: str, run: Run) -> None:
    """Write down the run before its first record is sent."""
    s3.put_object(Bucket=bucket, Key=f"{RUNS_PREFIX}/{run.stream}/{run.run_id}.json", Body=orjson.dumps(asdict(run)))


def declared_runs(s3: S3Client, bucket: str, stream: str) -> list[Run]:
    """Every run declared for ``stream``, the oldest first."""
    runs = []
    for key in _keys(s3, bucket, f"{RUNS_PREFIX}/{stream}/"):
        row = orjson.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
        instants = {name: datetime.fromisoformat(row[name]) for name in ("as_of", "started_at")}
        runs.append(Run(**(row | instants)))
    return sorted(runs, key=lambda run: run.started_at)


def next_index(s3: S3Client, bucket: str, stream: str, seed: int) -> int:
    """The index after the last one claimed for ``seed`` on ``stream``; 0 when there is none."""
    of_seed = {run.run_id for run in declared_runs(s3, bucket, stream) if run.seed == seed}
    lasts = [
        int(key.rsplit("-", 1)[1].removesuffix(".jsonl.gz"))
        for run_id in of_seed
        for key in _keys(s3, bucket, f"{CLAIMS_PREFIX}/{stream}/{run_id}/")
    ]
    return max(lasts, default=-1) + 1


class ClaimWriter:
    """Takes acknowledged records from many threads and writes them to S3 a few thousand at a time.

    What could not be written stays held, and the next write tries it again. The last write is the caller's
    ``flush``, in a ``finally``: a run that ends early keeps what was acknowledged.
    """

    def __init__(self, s3: S3Client, bucket: str, run: Run) -> None:
        self._s3 = s3
        self._bucket = bucket
        self._run = run
        self._held: list[Claim] = []
        self._lock = threading.Lock()

    def add(self, acknowledged: list[tuple[Record, str]]) -> None:
        """Claim records together with the sequence numbers the stream gave them."""
        run = self._run
        claims = [
            Claim(run.run_id, record.index, record.event_id, record.partition_key, sequence, run.stream, record.kind)
            for record, sequence in acknowledged
        ]
        with self._lock:
            self._held.extend(claims)
            full = len(self._held) >= LINES_AN_OBJECT
        if full:
            self.flush()

    def flush(self) -> None:
        """Write everything held."""
        with self._lock:
            claims, self._held = self._held, []
        if not claims:
            return
        try:
            self._write(claims)
        except BaseException:
            with self._lock:
                self._held.extend(claims)
            raise

    def _write(self, claims: list[Claim]) -> None:
        indexes = [claim.index for claim in claims]
        key = f"{CLAIMS_PREFIX}/{self._run.stream}/{self._run.run_id}/{min(indexes):012d}-{max(indexes):012d}.jsonl.gz"
        lines = b"".join(orjson.dumps(claim, option=orjson.OPT_APPEND_NEWLINE) for claim in claims)
        self._s3.put_object(Bucket=self._bucket, Key=key, Body=gzip.compress(lines, 1, mtime=0))


def _keys(s3: S3Client, bucket: str, prefix: str) -> Iterator[str]:
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for entry in page.get("Contents", []):
            yield entry["Key"]
