"""A shard: a range of hash keys and the records that arrived in it, in order."""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from operator import attrgetter
from typing import Any, NamedTuple

from lab_localstack.kinesis import sequence
from lab_localstack.kinesis.limits import Allowance, read_allowance, write_allowance

HASH_KEYS = 1 << 128
_number = attrgetter("number")


class Record(NamedTuple):
    """A record as it was put."""

    number: int
    partition_key: str
    data: bytes

    @property
    def size(self) -> int:
        return len(self.data) + len(self.partition_key)


@dataclass(eq=False)
class Shard:
    """`created` and `closed` are ticks, `start` and `end` hash keys, both included. Callers hold the stream's lock."""

    index: int
    start: int
    end: int
    created: int
    parents: tuple[str, ...] = ()
    closed: int | None = None
    children: "tuple[Shard, ...]" = ()
    records: list[Record] = field(default_factory=list)
    writes: Allowance | None = field(default_factory=write_allowance)
    reads: Allowance | None = field(default_factory=read_allowance)

    def __post_init__(self) -> None:
        self.last_tick = self.created
        self.id = f"shardId-{self.index:012d}"

    def __getstate__(self) -> dict[str, Any]:
        """Without the records, which are on the disk already, and the limits, which are the process' own."""
        return self.__dict__ | {"records": [], "writes": None, "reads": None}

    def restore(self, records: Iterable[Record]) -> None:
        """Take back the records after a restart; numbers go on after the last."""
        self.records = list(records)
        if self.records:
            self.last_tick = max(self.last_tick, sequence.tick_of(self.records[-1].number))
        self.writes, self.reads = write_allowance(), read_allowance()

    def append(self, tick: int, partition_key: str, data: bytes) -> int:
        """Store a record that arrived now and return its sequence number."""
        self.last_tick = tick = max(tick, self.last_tick + 1)
        number = sequence.encode(tick, self.index)
        self.records.append(Record(number, partition_key, data))
        return number

    def read(self, position: int, limit: int, size: int) -> list[Record]:
        """At most `limit` records from the number `position` on, of at most `size` bytes together, but one at least."""
        first = bisect_left(self.records, position, key=_number)
        batch: list[Record] = []
        for record in islice(self.records, first, first + limit):
            size -= record.size
            if size < 0 and batch:
                break
            batch.append(record)
        return batch

    def next_from(self, position: int) -> Record | None:
        """The first record at or after this sequence number."""
        first = bisect_left(self.records, position, key=_number)
        return self.records[first] if first < len(self.records) else None

    @property
    def tip(self) -> int:
        """The position after the last record: where LATEST starts."""
        return sequence.encode(self.last_tick, self.index) + 1

    def close(self, tick: int) -> int:
        """Take no more records; returns the tick after which children begin."""
        self.last_tick = self.closed = max(tick, self.last_tick + 1)
        return self.closed

    def trim(self, horizon: int) -> None:
        """Forget the records that arrived before this tick."""
        expired = bisect_left(self.records, sequence.first_at(horizon), key=_number)
        del self.records[:expired]

    def describe(self) -> dict[str, Any]:
        """The shape `Shard` of the API."""
        numbers = {"StartingSequenceNumber": str(sequence.encode(self.created, self.index))}
        if self.closed is not None:
            numbers["EndingSequenceNumber"] = str(sequence.encode(self.closed, self.index))
        keys = ("ParentShardId", "AdjacentParentShardId")
        return {
            "ShardId": self.id,
            **dict(zip(keys, self.parents, strict=False)),
            "HashKeyRange": {"StartingHashKey": str(self.start), "EndingHashKey": str(self.end)},
            "SequenceNumberRange": numbers,
        }
