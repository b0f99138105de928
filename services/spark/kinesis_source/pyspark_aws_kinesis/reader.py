"""The reader behind the source: what is new since an offset, and again what lies between two offsets.

Spark's engine asks the driver for the end of the next batch. The driver reads up to there and hands the records over
with it, so that each is fetched once; only a batch that is replayed after a crash is read by an executor, from offsets
that are fixed in the checkpoint, and so holds the same records as the first time.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cached_property
from typing import Any

import pyarrow as pa
from pyspark.sql.datasource import SimpleDataSourceStreamReader

from .checkpoint import last_planned
from .offset import Offset, Position
from .options import TRIM_HORIZON, Options
from .shard import ShardReader, between
from .stream import DataLossError, Stream, StreamState, warn

_THREADS = 8


class StreamReader(SimpleDataSourceStreamReader):
    """One query's view of a stream. Pickled to executors before its first use: connections open at need."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._shard_readers: dict[str, ShardReader] = {}
        self._known: StreamState | None = None
        self._looked_at = 0.0

    @cached_property
    def _stream(self) -> Stream:
        return Stream(self._options)

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(_THREADS, thread_name_prefix="shard")

    def initialOffset(self) -> dict[str, Any]:  # noqa: N802
        """Where reading goes on: the end of the last planned batch, or the starting position of a new query."""
        planned = last_planned(self._options.metadata_path, self._options.region)
        if planned is not None:
            return planned.to_json()
        state = self._look()
        start = self._options.starting_position
        shards = {} if start == TRIM_HORIZON else {shard.shard_id: Position(start) for shard in state.shards}
        return Offset(self._options.stream, state.created, shards).to_json()

    def read(self, start: dict[str, Any]) -> tuple[Iterator[pa.RecordBatch], dict[str, Any]]:
        """Everything new after an offset (up to the limits a batch), and the offset behind it."""
        state = self._look()
        offset = self._checked(Offset.from_json(start), state)
        ready = readable(state, offset)
        results = list(self._pool.map(lambda shard_id: self._reader(shard_id).read(offset.at(shard_id)), ready))
        if self._stream.disturbed and self._look().created != offset.created:
            return self.read(start)  # what came after the disturbance may be another stream's
        read_to = {shard_id: result.position for shard_id, result in zip(ready, results, strict=True)}
        if any(position.closed for position in read_to.values()):
            self._known = None  # the children can be read from the next batch on
        batches = [batch for result in results for batch in result.batches]
        return iter(batches), replace(offset, shards={**offset.shards, **read_to}).to_json()

    def readBetweenOffsets(self, start: dict[str, Any], end: dict[str, Any]) -> Iterator[pa.RecordBatch]:  # noqa: N802
        """Exactly the records that a batch held when it was planned; ``DataLossError`` when they are gone."""
        first, last = Offset.from_json(start), Offset.from_json(end)
        if last.created != self._stream.state().created:
            self._lost(
                f"The batch that was being written came from a stream {last.stream} that is gone; "
                "the one of that name now was made later."
            )
            return
        if first.created != last.created:
            first = replace(last, shards={})
        for shard_id, position in last.shards.items():
            yield from between(self._stream, shard_id, first.at(shard_id), position, self._lost)
        if self._stream.disturbed and last.created != self._stream.state().created:
            raise DataLossError(f"The stream {last.stream} was made again while a batch of it was read once more.")

    def _reader(self, shard_id: str) -> ShardReader:
        return self._shard_readers.setdefault(shard_id, ShardReader(self._stream, shard_id, self._options))

    def _look(self) -> StreamState:
        """The stream's state, at most as old as asked for, and fresh after anything went wrong."""
        now = time.monotonic()
        if self._known is None or self._stream.disturbed or now - self._looked_at > self._options.describe_interval:
            self._stream.disturbed = False
            self._known = self._stream.state()
            self._looked_at = now
        return self._known

    def _checked(self, offset: Offset, state: StreamState) -> Offset:
        """The offset as far as it holds for the stream of now: another stream is read from its beginning."""
        if offset.stream != self._options.stream:
            raise ValueError(
                f"The checkpoint {self._options.metadata_path} belongs to the stream {offset.stream!r}, "
                f"not {self._options.stream!r}: give each stream its own checkpoint."
            )
        if offset.created != state.created:
            self._lost(f"The stream {offset.stream} was deleted and made again; what was not read of it is gone.")
            self._shard_readers.clear()
            return Offset(offset.stream, state.created)
        listed = {shard.shard_id for shard in state.shards}
        for shard_id in sorted(offset.shards.keys() - listed):
            if not offset.shards[shard_id].closed:
                self._lost(f"The shard {shard_id} expired before it was read to its end.")
        return replace(offset, shards={key: at for key, at in offset.shards.items() if key in listed})

    def _lost(self, sentence: str) -> None:
        """Raise or warn, as the query chose with kinesis.failOnDataLoss."""
        if self._options.fail_on_data_loss:
            raise DataLossError(
                f"{sentence} To read what there is now, remove the checkpoint {self._options.metadata_path} "
                "and start the query again."
            )
        warn(f"{sentence} Going on with what there is (kinesis.failOnDataLoss is false).")


def readable(state: StreamState, offset: Offset) -> list[str]:
    """The shards to read: not closed, and no listed parent still open, so that a key's records keep their order."""
    listed = {shard.shard_id for shard in state.shards}
    return [
        shard.shard_id
        for shard in state.shards
        if not offset.at(shard.shard_id).closed
        and all(offset.at(parent).closed for parent in shard.parents if parent in listed)
    ]
