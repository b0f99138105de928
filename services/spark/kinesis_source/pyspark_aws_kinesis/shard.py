"""Reading one shard: forward to what is new, and again between two positions."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pyarrow as pa

from .offset import Position
from .options import Options
from .stream import Page, Stream

MAX_BATCH_BYTES = 32 * 1024 * 1024
"""What a batch takes of one shard at most: it passes through the driver's memory."""


@dataclass(slots=True)
class ShardBatch:
    """What was read of a shard, and where it stands now."""

    position: Position
    batches: list[pa.RecordBatch] = field(default_factory=list)

    def add(self, page: Page) -> None:
        """Take a page in."""
        if page.sequence_numbers:
            self.batches.append(page.records)
            self.position = Position(page.sequence_numbers[-1])
        if page.next_iterator is None:
            self.position = Position(self.position.after, closed=True)

    def is_full(self, options: Options) -> bool:
        """Whether the batch has what it may take of one shard."""
        rows: int = sum(batch.num_rows for batch in self.batches)
        size: int = sum(batch.nbytes for batch in self.batches)
        return rows >= options.max_records_per_shard or size >= MAX_BATCH_BYTES


class ShardReader:
    """Keeps a shard's iterator from batch to batch, and the pace that Kinesis allows (five reads a second)."""

    def __init__(self, stream: Stream, shard_id: str, options: Options) -> None:
        self._stream = stream
        self._shard_id = shard_id
        self._options = options
        self._iterator: tuple[Position, str] | None = None
        self._next_call = 0.0

    def read(self, position: Position) -> ShardBatch:
        """The records after the position, until the shard's tip or the batch's limits."""
        batch = ShardBatch(position)
        deadline = time.monotonic() + (self._options.max_seconds_per_shard or float("inf"))
        while True:
            page = self._page(batch.position)
            if page is None:
                return batch
            batch.add(page)
            at_tip = page.behind_ms == 0
            if batch.position.closed or at_tip or batch.is_full(self._options) or time.monotonic() > deadline:
                return batch

    def _page(self, position: Position) -> Page | None:
        """The next page; None when the kept iterator went stale, to be asked for anew with the next batch."""
        time.sleep(max(0.0, self._next_call - time.monotonic()))
        self._next_call = time.monotonic() + self._options.fetch_interval
        if self._iterator is None or self._iterator[0] != position:
            self._iterator = position, self._stream.iterator(self._shard_id, position)
        page = self._stream.page(self._iterator[1])
        self._iterator = None
        if page and page.next_iterator:
            after = Position(page.sequence_numbers[-1]) if page.sequence_numbers else position
            self._iterator = after, page.next_iterator
        return page


def between(
    stream: Stream, shard_id: str, start: Position, end: Position, lost: Callable[[str], None]
) -> Iterator[pa.RecordBatch]:
    """The shard's records after ``start`` up to and with ``end``; calls ``lost`` when the last of them is gone."""
    last = end.sequence_number
    if last is None or start.after == end.after:
        return
    iterator: str | None = stream.iterator(shard_id, start)
    position = start
    while iterator:
        page = stream.page(iterator)
        if page is None:
            iterator = stream.iterator(shard_id, position)
            continue
        wanted = [number for number in page.sequence_numbers if int(number) <= last]
        if wanted:
            yield page.records.slice(0, len(wanted))
            position = Position(wanted[-1])
        if position.sequence_number == last:
            return
        at_tip = page.behind_ms == 0 and not page.sequence_numbers
        if at_tip or len(wanted) < len(page.sequence_numbers):
            break
        iterator = page.next_iterator
    lost(f"The records of {shard_id} up to {end.after} are no longer in the stream (found up to {position.after}).")
