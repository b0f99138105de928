"""A stream: its shards, and the one lock under which they change."""

import threading
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple, Protocol

from lab_localstack.kinesis import sequence
from lab_localstack.kinesis.errors import invalid_argument, not_found
from lab_localstack.kinesis.limits import MEBIBYTE
from lab_localstack.kinesis.shard import HASH_KEYS, Record, Shard

_HOUR = 3600 * 1_000_000
_TRIM_EVERY = 1_000_000


class Entry(NamedTuple):
    """A record on its way in."""

    hash_key: int
    partition_key: str
    data: bytes

    @property
    def size(self) -> int:
        return len(self.data) + len(self.partition_key)


class Placed(NamedTuple):
    """Where an entry went; no number when the shard's limits refused it."""

    shard_id: str
    number: int | None


class RecordLog(Protocol):
    """Where records go before they are acknowledged, so that a restart finds them; shards are named by their index."""

    def append(self, shard: int, records: Sequence[Record]) -> None: ...

    def read(self, shard: int) -> Iterable[Record]: ...

    def trim(self, shard: int, horizon: int) -> None: ...

    def remove(self, shard: int) -> None: ...


@dataclass(eq=False)
class Stream:
    """Records are put, read and resharded under `lock`; `open` holds the shards that take records, by hash key."""

    name: str
    arn: str
    created: int
    mode: str = "PROVISIONED"
    retention_hours: int = 24
    key_id: str | None = None
    max_record_size: int = MEBIBYTE
    tags: dict[str, str] = field(default_factory=dict)
    shards: dict[str, Shard] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.lock = threading.RLock()
        self.log: RecordLog | None = None
        self.open: list[Shard] = []
        self._starts: list[int] = []
        self._next_index = 0
        self._trimmed = self.created

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"log": None}

    def restore(self, log: RecordLog) -> None:
        """Take back the records of all shards from the log, and go on writing there."""
        self.log = log
        for shard in self.shards.values():
            shard.restore(log.read(shard.index))

    def add_shards(self, count: int) -> None:
        """The shards of a new stream: even ranges of hash keys."""
        bounds = even_bounds(count)
        for start, end in pairwise(bounds):
            self._add(start, end - 1, self.created)

    def shard(self, shard_id: str) -> Shard:
        """The shard of this id, open or closed."""
        found = self.shards.get(shard_id)
        if found is None:
            raise not_found(f"Shard {shard_id} in stream {self.name} not found; it has {', '.join(self.shards)}.")
        return found

    def put(self, entries: Sequence[Entry]) -> list[Placed]:
        """Store each entry in the shard of its hash key, all at one moment and in their order."""
        with self.lock:
            tick = sequence.now()
            self._trim(tick)
            before = {shard: len(shard.records) for shard in self.open}
            placed = [self._put(entry, tick) for entry in entries]
            self._write(before)
            return placed

    def _write(self, before: dict[Shard, int]) -> None:
        """Bring to the log what each shard has gained; when that fails, nothing was put."""
        if self.log is None:
            return
        try:
            for shard, length in before.items():
                self.log.append(shard.index, shard.records[length:])
        except OSError:
            for shard, length in before.items():
                del shard.records[length:]
            raise

    def _put(self, entry: Entry, tick: int) -> Placed:
        shard = self.open[bisect_right(self._starts, entry.hash_key) - 1]
        if shard.writes is not None and not shard.writes.take(tick, entry.size):
            return Placed(shard.id, None)
        return Placed(shard.id, shard.append(tick, entry.partition_key, entry.data))

    def split(self, shard: Shard, at: int) -> None:
        """Replace a shard by two; the second starts at this hash key."""
        if shard.closed is not None:
            raise invalid_argument(f"Shard {shard.id} of stream {self.name} is closed and cannot be split.")
        if not shard.start < at <= shard.end:
            raise invalid_argument(
                f"NewStartingHashKey {at} is not inside shard {shard.id}: {shard.start + 1} to {shard.end} would be."
            )
        born = shard.close(sequence.now())
        first = self._add(shard.start, at - 1, born, (shard.id,))
        second = self._add(at, shard.end, born, (shard.id,))
        shard.children = (first, second)

    def merge(self, shard: Shard, adjacent: Shard) -> None:
        """Replace two neighbours by one shard."""
        for parent in (shard, adjacent):
            if parent.closed is not None:
                raise invalid_argument(f"Shard {parent.id} of stream {self.name} is closed and cannot be merged.")
        low, high = sorted((shard, adjacent), key=lambda each: each.start)
        if low.end + 1 != high.start:
            raise invalid_argument(f"Shards {shard.id} and {adjacent.id} are not adjacent.")
        tick = sequence.now()
        born = max(shard.close(tick), adjacent.close(tick))
        child = self._add(low.start, high.end, born, (shard.id, adjacent.id))
        shard.children = adjacent.children = (child,)

    def scale(self, count: int) -> None:
        """Reshard to this many even shards: split at every new bound, then merge what lies between two of them."""
        bounds = even_bounds(count)
        for bound in bounds[1:-1]:
            holder = self.open[bisect_right(self._starts, bound) - 1]
            if holder.start != bound:
                self.split(holder, bound)
        for start, end in pairwise(bounds):
            while len(pieces := [each for each in self.open if start <= each.start < end]) > 1:
                self.merge(pieces[0], pieces[1])

    def horizon(self, tick: int) -> int:
        """The tick of the oldest record that may still be read."""
        return max(self.created, tick - self.retention_hours * _HOUR)

    def _add(self, start: int, end: int, born: int, parents: tuple[str, ...] = ()) -> Shard:
        shard = Shard(self._next_index, start, end, born, parents)
        self._next_index += 1
        self.shards[shard.id] = shard
        self.open = sorted((each for each in self.shards.values() if each.closed is None), key=lambda each: each.start)
        self._starts = [each.start for each in self.open]
        return shard

    def trim(self) -> None:
        """Forget what is older than the retention period; the caller holds the lock."""
        self._trim(sequence.now())

    def _trim(self, tick: int) -> None:
        if tick - self._trimmed < _TRIM_EVERY:
            return
        self._trimmed = tick
        horizon = self.horizon(tick)
        for shard in list(self.shards.values()):
            shard.trim(horizon)
            if self.log is not None:
                self.log.trim(shard.index, horizon)
            if shard.closed is not None and shard.closed < horizon:
                del self.shards[shard.id]
                if self.log is not None:
                    self.log.remove(shard.index)


def even_bounds(count: int) -> list[int]:
    """The hash keys at which `count` even shards begin, and the end of the last."""
    return [HASH_KEYS * each // count for each in range(count)] + [HASH_KEYS]
