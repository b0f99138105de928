"""A stream's records on the disk: appended as they are put, so that an acknowledged record survives kill -9.

Each shard has files of a few MiB, named by its index and the tick of their first record; what has expired goes file by
file. A record is its tick, the lengths of its key and data, and these two.
"""

import os
import re
import shutil
import struct
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from lab_localstack.kinesis import sequence
from lab_localstack.kinesis.shard import Record
from lab_localstack.kinesis.store import StreamStore
from lab_localstack.kinesis.stream import Stream
from lab_localstack.persistence.place import UnreadableStateError

SEGMENT_BYTES = 16 * 1024 * 1024
_HEADER = struct.Struct(">QHI")


class RecordFolders:
    """The logs of all streams, a folder each; a stream made anew under an old name has a new one."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def __call__(self, stream: Stream) -> "RecordLog":
        return RecordLog(self._folder(stream))

    def waste(self, streams: StreamStore) -> list[Path]:
        """The folders of streams that are no more."""
        there = list(self._root.glob("*"))  # before the streams are asked for: a new one's folder is not missed there
        known = {self._folder(stream) for stream in streams.all()}
        return [folder for folder in there if folder not in known]

    def _folder(self, stream: Stream) -> Path:
        return self._root / f"{re.sub('[:/]', '-', stream.arn)}-{stream.created}"


def remove(folders: list[Path]) -> None:
    """Remove the folders of streams that are no more."""
    for folder in folders:
        shutil.rmtree(folder)


class RecordLog:
    """All records of one stream. Callers hold the stream's lock."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._folder.mkdir(parents=True, exist_ok=True)
        self._open: dict[int, Path] = {}

    def append(self, shard: int, records: Sequence[Record]) -> None:
        """Write records at the end of a shard. Raises OSError, and then none of them is there."""
        if not records:
            return
        path = self._open.get(shard)
        if path is None or path.stat().st_size >= SEGMENT_BYTES:
            path = self._folder / f"{shard:012d}-{sequence.tick_of(records[0].number):020d}.records"
        _append(path, b"".join(map(_encode, records)))
        self._open[shard] = path

    def read(self, shard: int) -> Iterator[Record]:
        """A shard's records in their order; a last one that was cut off by a kill is removed."""
        segments = self._segments(shard)
        for path in segments:
            data = path.read_bytes()
            end = 0
            for record, end in _decode(data, shard):  # noqa: B007 - the last end is needed
                yield record
            if end < len(data):
                if path != segments[-1]:
                    raise UnreadableStateError(f"{path} ends within a record.")
                os.truncate(path, end)
        if segments:
            self._open[shard] = segments[-1]

    def trim(self, shard: int, horizon: int) -> None:
        """Remove the files all of whose records arrived before this tick."""
        segments = self._segments(shard)
        for path, following in pairwise(segments):
            if _first_tick(following) < horizon:
                path.unlink()

    def remove(self, shard: int) -> None:
        """Remove everything of a shard that is gone."""
        for path in self._segments(shard):
            path.unlink()
        self._open.pop(shard, None)

    def _segments(self, shard: int) -> list[Path]:
        return sorted(self._folder.glob(f"{shard:012d}-*.records"))


def _append(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        before = os.fstat(descriptor).st_size
        try:
            _write_all(descriptor, data)
        except OSError:
            os.ftruncate(descriptor, before)
            raise
    finally:
        os.close(descriptor)


def _write_all(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _encode(record: Record) -> bytes:
    key = record.partition_key.encode()
    return _HEADER.pack(sequence.tick_of(record.number), len(key), len(record.data)) + key + record.data


def _decode(data: bytes, shard: int) -> Iterator[tuple[Record, int]]:
    """The whole records in `data`, each with the place where it ends."""
    start = 0
    while start + _HEADER.size <= len(data):
        tick, key_length, data_length = _HEADER.unpack_from(data, start)
        key_start = start + _HEADER.size
        data_start = key_start + key_length
        start = data_start + data_length
        if start > len(data):
            return
        key = data[key_start:data_start].decode()
        yield Record(sequence.encode(tick, shard), key, data[data_start:start]), start


def _first_tick(path: Path) -> int:
    return int(path.stem.partition("-")[2])
