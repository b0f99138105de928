"""The endless sequence of records a seed determines, and the batches it is sent in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import orjson

from scripts.generate.faults import broken
from scripts.generate.kinds import BLOCK, DUPLICATE, GOOD_KINDS, kinds_of_block, original_of
from scripts.generate.settings import Shares
from scripts.generate.viewing import MINUTE_MS, Event, events, iso_timestamps, money, viewing

MAX_BATCH_RECORDS = 500
MAX_BATCH_BYTES = 5_000_000


@dataclass(frozen=True, slots=True)
class Record:
    """One record to send. ``repeats`` is the index of a duplicate's original, else None."""

    index: int
    kind: str
    event_id: str | None
    partition_key: str
    data: bytes
    repeats: int | None = None


@dataclass(frozen=True, slots=True)
class Sequence:
    """The records of ``seed`` as they are sent at ``now_ms``, in a run that begins at index ``start``."""

    seed: int
    shares: Shares
    start: int
    now_ms: int

    def take(self, count: int) -> Iterator[Record]:
        """The ``count`` records from ``start`` on."""
        end = self.start + count
        for number in range(self.start // BLOCK, -(-end // BLOCK)):
            first = number * BLOCK
            kinds = kinds_of_block(self.seed, number, self.shares)
            for index in range(max(first, self.start), min(first + BLOCK, end)):
                yield self._record(index, kinds[index - first])

    def _record(self, index: int, kind: str) -> Record:
        if kind == DUPLICATE:
            return self._duplicate(index)
        event = self._event(index)
        user_id = str(event["user_id"])
        if kind in GOOD_KINDS:
            return Record(index, kind, str(event["event_id"]), user_id, orjson.dumps(event))
        data, event_id = broken(kind, event, np.random.default_rng([self.seed, 5, index]), self.now_ms)
        return Record(index, kind, event_id, user_id, data)

    def _duplicate(self, index: int) -> Record:
        original = original_of(self.seed, index, self.shares)
        event = self._event(original)
        rng = np.random.default_rng([self.seed, 6, index])
        # What an earlier run sent had other timestamps: only a newer version of it can be made now.
        if original < self.start or rng.random() < 0.5:
            event = self._newer(event, rng)
        return Record(index, DUPLICATE, str(event["event_id"]), str(event["user_id"]), orjson.dumps(event), original)

    def _newer(self, event: Event, rng: np.random.Generator) -> Event:
        """The event as a player sends it again when it has learned more: later, longer, with other figures."""
        started = np.datetime64(event["timestamp"].removesuffix("Z"), "ms").astype(np.int64)
        later = started + int(rng.integers(1, 10 * MINUTE_MS))
        minutes = int(event["duration_minutes"]) + int(rng.integers(1, 15))
        ads = int(event["ads_watched"]) + int(rng.integers(0, 3))
        return event | {
            "timestamp": iso_timestamps(np.array([later]))[0],
            "duration_minutes": minutes,
            "ads_watched": ads,
            "ad_revenue": money(ads * int(rng.integers(1, 9))),
        }

    def _event(self, index: int) -> Event:
        number, place = divmod(index, BLOCK)
        return _events(self.seed, number, self.shares, self.now_ms)[place]


@lru_cache(maxsize=8)
def _events(seed: int, number: int, shares: Shares, now_ms: int) -> list[Event]:
    return events(seed, viewing(seed, number, shares, now_ms))


@dataclass(frozen=True, slots=True)
class Batch:
    """Records that go out in one PutRecords, once every record before index ``after`` is acknowledged."""

    records: tuple[Record, ...]
    after: int


def batches(records: Iterator[Record]) -> Iterator[Batch]:
    """The records in order, cut at what one PutRecords takes."""
    held: list[Record] = []
    size = 0
    for record in records:
        weight = len(record.data) + len(record.partition_key.encode())
        if held and (len(held) == MAX_BATCH_RECORDS or size + weight > MAX_BATCH_BYTES):
            yield _batch(held)
            held, size = [], 0
        held.append(record)
        size += weight
    if held:
        yield _batch(held)


def _batch(records: list[Record]) -> Batch:
    return Batch(
        tuple(records), max((record.repeats + 1 for record in records if record.repeats is not None), default=0)
    )
