"""Reference data: the CSV files of ``landing/``, read row by row so that a bad one stops nothing. Pure Python.

RFC 4180: commas, quotes (doubled) and line breaks may stand inside quotes. A quote that is never closed costs its own
line, not the rest of the file. Every line ends as a row or as a bad line with its reason; only a file whose header
is not the dataset's is bad as a whole.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from jobs.schema import REGIONS, REVENUE_SCALE, SUBSCRIPTIONS

MOST_LINES = 20
"""A quoted value with more line breaks than this is taken for a quote that is never closed."""

Value = str | int | Decimal | date


class Row(NamedTuple):
    """A good row: its values in the order of the dataset's columns."""

    line_number: int
    raw: str
    values: tuple[Value, ...]


class BadLine(NamedTuple):
    """A line that is no row of its dataset. ``reason`` is not_utf8, not_csv, wrong_header, missing_field, wrong_type,
    out_of_range or repeated_key."""

    line_number: int
    raw: str
    reason: str
    sentence: str


class _BadValueError(Exception):
    def __init__(self, reason: str, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a reference file and how its text becomes a value."""

    name: str
    sql_type: str
    read: Callable[[str], Value]


@dataclass(frozen=True, slots=True)
class Dataset:
    """A kind of reference file, ``landing/<name>/*.csv``. The first ``key_columns`` columns identify a row."""

    name: str
    columns: tuple[Column, ...]
    key_columns: tuple[str, ...]

    @property
    def header(self) -> list[str]:
        """The first line of each of its files."""
        return [column.name for column in self.columns]


def _text(longest: int, choices: tuple[str, ...] = ()) -> Callable[[str], str]:
    def read(text: str) -> str:
        if choices and text not in choices:
            raise _BadValueError("out_of_range", f"must be one of {', '.join(choices)}")
        if len(text) > longest:
            raise _BadValueError("out_of_range", f"must have at most {longest} characters")
        return text

    return read


def _year(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise _BadValueError("wrong_type", "must be a year such as 1998")
    if not 1900 <= int(text[:10]) <= 2100:
        raise _BadValueError("out_of_range", "must lie between 1900 and 2100")
    return int(text)


def _date(text: str) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        found = None
    # Python also reads weeks and dates without dashes.
    if found is None or found.isoformat() != text:
        raise _BadValueError("wrong_type", "must be a date such as 2026-01-31")
    return found


def _money(text: str) -> Decimal:
    whole, _, cents = text.removeprefix("-").partition(".")
    if not all(part.isascii() and part.isdigit() for part in (whole, cents or "0")):
        raise _BadValueError("wrong_type", "must be an amount such as 1234.50")
    if len(whole) > 10 or len(cents) > REVENUE_SCALE:
        raise _BadValueError("out_of_range", "must have at most ten digits and two decimals")
    return Decimal(text)


CHANNEL_METADATA = Dataset(
    "channel_metadata",
    (
        Column("channel_id", "STRING", _text(32)),
        Column("channel_name", "STRING", _text(200)),
        Column("genre", "STRING", _text(32)),
        Column("language", "STRING", _text(32)),
        Column("launch_year", "INT", _year),
    ),
    ("channel_id",),
)
DEMOGRAPHICS = Dataset(
    "demographics",
    (
        Column("user_id", "STRING", _text(64)),
        Column("gender", "STRING", _text(32)),
        Column("age_group", "STRING", _text(32)),
        Column("region", "STRING", _text(32, REGIONS)),
        Column("subscription_type", "STRING", _text(32, SUBSCRIPTIONS)),
    ),
    ("user_id",),
)
AD_REVENUE = Dataset(
    "ad_revenue",
    (
        Column("channel_id", "STRING", _text(32)),
        Column("channel_name", "STRING", _text(200)),
        Column("date", "DATE", _date),
        Column("ad_revenue", "DECIMAL(12,2)", _money),
    ),
    ("channel_id", "date"),
)


def read_csv(dataset: Dataset, content: bytes) -> Iterator[Row | BadLine]:
    """The rows and the bad lines of a file; an empty file has none, and empty lines are skipped.

    Where two rows have one key, the last counts: the earlier is a bad line, unless it says the same.
    """
    records = _records(content.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape"))
    header = next(records, None)
    if header is None:
        return
    if _cells(header.raw) != dataset.header:
        wanted = ",".join(dataset.header)
        yield _bad(header, "wrong_header", f"The first line must be {wanted}; nothing of the file was read.")
        return
    rows: dict[tuple[Value, ...], Row] = {}
    keys = [dataset.header.index(name) for name in dataset.key_columns]
    for record in records:
        found = _read(dataset, record)
        if isinstance(found, BadLine):
            yield found
            continue
        key = tuple(found.values[place] for place in keys)
        earlier = rows.pop(key, None)
        rows[key] = found
        if earlier is not None and earlier.values != found.values:
            yield _bad(
                earlier, "repeated_key", f"Line {found.line_number} has the same {' and '.join(dataset.key_columns)}."
            )
    yield from rows.values()


class _Record(NamedTuple):
    """A row's text as it stands in the file, from line ``line_number`` on."""

    line_number: int
    raw: str


def _records(text: str) -> Iterator[_Record]:
    """The file cut where a line ends outside quotes."""
    lines = text.split("\n")
    at = 0
    while at < len(lines):
        taken = _lines_of_record(lines, at)
        raw = "\n".join(lines[at : at + taken]).removesuffix("\r")
        if raw:
            yield _Record(at + 1, raw)
        at += taken


def _lines_of_record(lines: list[str], start: int) -> int:
    quotes = 0
    for taken, line in enumerate(lines[start : start + MOST_LINES], start=1):
        quotes += line.count('"')
        if quotes % 2 == 0:
            return taken
    return 1


def _cells(raw: str) -> list[str] | None:
    try:
        return next(csv.reader([raw], strict=True), [])
    except csv.Error:
        return None


def _read(dataset: Dataset, record: _Record) -> Row | BadLine:
    if not _is_utf8(record.raw):
        return _bad(record, "not_utf8", "The line's bytes are not UTF-8 text.")
    cells = _cells(record.raw)
    if cells is None:
        return _bad(record, "not_csv", "A quote is not closed, or stands where none may.")
    if len(cells) != len(dataset.columns):
        return _bad(record, "not_csv", f"It has {len(cells)} values instead of {len(dataset.columns)}.")
    try:
        values = tuple(_value(column, cell) for column, cell in zip(dataset.columns, cells, strict=True))
    except _BadValueError as error:
        return _bad(record, error.reason, str(error))
    return Row(record.line_number, record.raw, values)


def _value(column: Column, cell: str) -> Value:
    if not cell:
        raise _BadValueError("missing_field", f"{column.name} is empty.")
    try:
        return column.read(cell)
    except _BadValueError as error:
        raise _BadValueError(error.reason, f"{column.name} {error}.") from None


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _bad(record: _Record | Row, reason: str, sentence: str) -> BadLine:
    raw = record.raw.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return BadLine(record.line_number, raw, reason, sentence)
