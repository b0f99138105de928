"""A text file record by record: where a record begins, what it says, and why it cannot be split into fields.

Slower than DuckDB's reader; read only of files in which something cannot be loaded.
"""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from lab_snowflake.copying.formats import Csv, Json

csv.field_size_limit(2**27)


@dataclass(frozen=True, slots=True)
class Record:
    """A record of a file.

    Attributes:
        number: of the record in its file, from 1, headers left out.
        line: of the file on which it begins, from 1.
        offset: bytes before it, of the file unpacked.
        text: the record as it stands in the file, without its line's end.
        fields: None when it cannot be split.
    """

    number: int
    line: int
    offset: int
    text: str
    fields: list[str] | None


@dataclass(slots=True)
class _Lines:
    """The lines of a file, of which those taken since the last record are remembered."""

    file: BinaryIO
    taken: list[bytes] = field(default_factory=list)

    def __iter__(self) -> Iterator[str]:
        for line in self.file:
            self.taken.append(line)
            yield line.decode(errors="surrogateescape")


def split(path: str, file_format: Csv | Json, width: int) -> Iterator[Record]:
    """The records of ``path``; an empty line is one only in a file of one column (``width``)."""
    with _opened(path, file_format.gzipped) as file:
        lines = _Lines(file)
        header = file_format.skip_header + file_format.parse_header if isinstance(file_format, Csv) else 0
        skipped = list(islice(file, header))
        number, line, offset = 0, 1 + header, sum(map(len, skipped))
        fields_of_next = _csv(lines, file_format) if isinstance(file_format, Csv) else _json(lines)
        for fields in fields_of_next:
            taken = b"".join(lines.taken)
            if taken.strip(b"\r\n") or width == 1:
                number += 1
                text = taken.rstrip(b"\r\n").decode(errors="surrogateescape")
                yield Record(number, line, offset, text, [""] if fields == [] else fields)
            line, offset = line + len(lines.taken), offset + len(taken)
            lines.taken = []


def header(path: str, file_format: Csv) -> list[str]:
    """The names in the first line after those that are skipped."""
    with _opened(path, file_format.gzipped) as file:
        rest = _Lines(file)
        list(islice(file, file_format.skip_header))
        return next(_csv(rest, file_format), None) or []


def _opened(path: str, gzipped: bool | None) -> BinaryIO:
    packed = Path(path).suffix.lower() == ".gz" if gzipped is None else gzipped
    return gzip.open(path, "rb") if packed else Path(path).open("rb")  # type: ignore[return-value]


def _csv(lines: _Lines, file_format: Csv) -> Iterator[list[str] | None]:
    enclosed = file_format.enclosed_by
    reader = csv.reader(
        lines,
        delimiter=file_format.delimiter,
        quoting=csv.QUOTE_MINIMAL if enclosed else csv.QUOTE_NONE,
        quotechar=enclosed or None,
        doublequote=not file_format.escape,
        escapechar=file_format.escape or None if enclosed else None,
        strict=True,
    )
    while True:
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield None
        else:
            yield fields


def _json(lines: _Lines) -> Iterator[list[str] | None]:
    for line in lines:
        try:
            json.loads(line)
        except ValueError:
            yield None
        else:
            yield [line]
