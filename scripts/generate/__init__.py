"""The generator: reference data, and viewing events with their faults, claimed for the ledger as they are sent."""

from __future__ import annotations

import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta

import boto3
from botocore.config import Config

from scripts.generate.claims import ClaimWriter, Run, declare, next_index
from scripts.generate.producer import Acknowledged, Producer
from scripts.generate.records import Sequence, batches
from scripts.generate.settings import (
    GenerateResult,
    GenerateSettings,
    OnProgress,
    Progress,
    SettingsError,
    Shares,
)
from scripts.generate.viewing import as_of_ms

__all__ = ["GenerateResult", "GenerateSettings", "Progress", "SettingsError", "Shares", "run"]

OLDEST_AS_OF = timedelta(days=1)
NEWEST_AS_OF = timedelta(minutes=30)
"""Records are judged by their arrival: too far from it, good events would be too old or in the future."""


def run(settings: GenerateSettings, session: boto3.Session, on_progress: OnProgress) -> GenerateResult:
    """Send the next ``settings.events`` records of the seed's sequence and claim each one that is acknowledged.

    ``on_progress`` is called from the sending threads, one call at a time. Whatever ends the run early, the
    claims of all acknowledged records are written before the exception goes on.

    Raises:
        SettingsError: ``as_of`` is so far from now that good events would be quarantined.
        StreamMissing, Unavailable: see ``Producer.send``.
    """
    _check_as_of(settings.as_of)
    s3 = session.client("s3", config=Config(max_pool_connections=settings.requests_in_flight + 1))
    start = next_index(s3, settings.bucket, settings.stream, settings.seed)
    this_run = Run(
        settings.run_id, settings.stream, settings.seed, start, settings.events, settings.as_of, datetime.now(UTC)
    )
    declare(s3, settings.bucket, this_run)
    claims = ClaimWriter(s3, settings.bucket, this_run)
    tally = _Tally(settings.events, claims, on_progress)
    # Retries are the producer's own: with the client's on top, nobody could say how often a record was sent.
    # And checking each of millions of records against the API's model costs more than making them.
    once = Config(
        retries={"total_max_attempts": 1},
        max_pool_connections=settings.requests_in_flight,
        parameter_validation=False,
    )
    producer = Producer(
        session.client("kinesis", config=once),
        settings.stream,
        tally.acknowledge,
        requests_in_flight=settings.requests_in_flight,
    )
    sequence = Sequence(settings.seed, settings.shares, start, as_of_ms(settings.as_of))
    try:
        producer.send(batches(sequence.take(settings.events)))
    finally:
        claims.flush()
    return GenerateResult(
        run_id=settings.run_id,
        seed=settings.seed,
        start=start,
        sent=tally.sent,
        resent=producer.resent,
        seconds=tally.seconds,
        kinds=dict(tally.kinds),
        as_of=settings.as_of,
    )


class _Tally:
    """Counts and claims what the stream acknowledged, and tells how far the run is."""

    def __init__(self, total: int, claims: ClaimWriter, on_progress: OnProgress) -> None:
        self.sent = 0
        self.kinds: Counter[str] = Counter()
        self._total = total
        self._claims = claims
        self._on_progress = on_progress
        self._started = time.monotonic()
        self._lock = threading.Lock()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._started

    def acknowledge(self, acknowledged: Acknowledged) -> None:
        self._claims.add(acknowledged)
        with self._lock:
            self.sent += len(acknowledged)
            self.kinds.update(record.kind for record, _ in acknowledged)
            self._on_progress(Progress(self.sent, self._total, self.seconds))


def _check_as_of(as_of: datetime) -> None:
    now = datetime.now(UTC)
    if not now - OLDEST_AS_OF <= as_of <= now + NEWEST_AS_OF:
        raise SettingsError(
            f"as_of is {as_of.isoformat()}, too far from now ({now.isoformat(timespec='seconds')}): "
            "give an instant from a day ago to half an hour ahead."
        )
