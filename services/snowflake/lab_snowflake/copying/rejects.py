"""The rows of a file that cannot be loaded, each with Snowflake's reason for it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import duckdb
from duckdb import DuckDBPyConnection
from snowflake.connector.errors import ProgrammingError

from lab_snowflake import errors
from lab_snowflake.copying import records
from lab_snowflake.copying.formats import ROW_NUMBER, Csv, Parquet
from lab_snowflake.copying.plan import Column, Field, Reading, Target
from lab_snowflake.copying.records import Record

ADVICE = (
    "If you would like to continue loading when an error is encountered, use other values such as 'SKIP_FILE' or "
    "'CONTINUE' for the ON_ERROR option. For more information on loading options, please run 'info loading_data' in a "
    "SQL client."
)


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that cannot be loaded: why, and where it stands.

    Attributes:
        row: number of the row in its file, from 1.
        column: ``"T"["A":1]``, None when the fault is the whole record's.
        line: of a text file; None of others.
        character: at which the faulty field begins in its line; None where it cannot be told.
        offset: of a text file, the bytes before the record.
        record: of a text file, the record as it stands there.
    """

    message: str
    code: int
    sqlstate: str
    row: int
    column: str | None = None
    line: int | None = None
    character: int | None = None
    offset: int | None = None
    record: str | None = None

    def error(self, shown: str) -> ProgrammingError:
        """The failure of a COPY that stops at this row of the file ``shown``."""
        where = f"File '{shown}', line {self.line or self.row}, character {self.character or 1}"
        column = f"column {self.column}" if self.column else "starts at line " + str(self.line or self.row)
        text = f"{self.message}\n  {where}\n  Row {self.row}, {column}\n  {ADVICE}"
        return ProgrammingError(msg=text, errno=self.code, sqlstate=self.sqlstate)


@dataclass(frozen=True, slots=True)
class Checked:
    """What a file holds.

    Attributes:
        good: SQL of the values of the rows that can be loaded.
        parsed: number of rows; None when nothing is at fault and nobody counted.
        rejects: the others, by row.
    """

    good: str
    parsed: int | None
    rejects: list[Reject]


def check(reading: Reading, target: Target, duck: DuckDBPyConnection, scratch: Path) -> Checked:
    """Read the file and find the rows that cannot be loaded; ``scratch`` takes a copy of it where that is needed.

    Raises:
        duckdb.Error: the file as a whole cannot be read.
    """
    try:
        faults = _faults(reading, duck)
        known, origins = list[Reject](), None
    except duckdb.InvalidInputException:
        if isinstance(reading.file_format, Parquet):
            raise
        reading, known, origins = _without_broken(reading, target, scratch)
        if known and reading.is_numbered:
            raise errors.unsupported(
                f"{ROW_NUMBER} of a file with records that cannot be split into fields; the first is in line "
                f"{known[0].line}: {known[0].message}"
            ) from None
        faults = _faults(reading, duck)
    if not faults and not known:
        return Checked(reading.select(), None, [])
    (whole,) = duck.execute(f"SELECT count(*) FROM {reading.source()}").fetchone() or (0,)  # noqa: S608
    located = list(_located([_reject(fault, reading, target, origins) for fault in faults], reading, origins))
    return Checked(_good(reading), whole + len(known), sorted(known + located, key=lambda reject: reject.row))


class _Origin(NamedTuple):
    """Where a record of a copy stands in its file."""

    number: int
    line: int
    offset: int


_Fault = tuple[int, int, str | None]
"""A row's number, twice its first faulty field's place (plus one for a NULL), and what the file says there."""


def _faults(reading: Reading, duck: DuckDBPyConnection) -> list[_Fault]:
    """The first fault of each row, by row.

    A row's conditions stand in a WHERE: in a SELECT, DuckDB computes what two of them share before and outside of TRY.
    """
    conditions = [condition for field in reading.fields for condition in _conditions(field) if condition]
    if not conditions:
        if isinstance(reading.file_format, Parquet):
            return []
        conditions = ["hash(r) IS NULL"]  # reads every field, so that a record that has too few or many is seen
    duck.execute(
        f"CREATE OR REPLACE TEMPORARY TABLE suspects AS SELECT * FROM {reading.source(numbered=True)} AS r "  # noqa: S608
        f"WHERE {' OR '.join(conditions)}"
    )
    found: dict[int, _Fault] = {}
    for place, field in enumerate(reading.fields):
        for is_null, condition in enumerate(_conditions(field)):
            if condition:
                rows = duck.execute(
                    f'SELECT "{ROW_NUMBER}", TRY(CAST({field.given} AS VARCHAR)) FROM suspects AS r WHERE {condition}'  # noqa: S608
                )
                for row, text in rows.fetchall():
                    found.setdefault(row, (row, 2 * place + is_null, text))
    duck.execute("DROP TABLE suspects")
    return sorted(found.values())


def _conditions(field: Field) -> tuple[str | None, str | None]:
    """When the value cannot be computed, and when it is a NULL that may not be."""
    return (
        None if field.is_safe else f"TRY(hash({field.value})) IS NULL",
        None if field.column.nullable else f"TRY({field.value}) IS NULL",
    )


def _good(reading: Reading) -> str:
    values = ", ".join(f"TRY({field.value})" for field in reading.fields)
    conditions = [condition for field in reading.fields for condition in _conditions(field) if condition]
    where = f" WHERE NOT ({' OR '.join(conditions)})" if conditions else ""
    return f"SELECT {values} FROM {reading.source(numbered=reading.is_numbered)} AS r{where}"  # noqa: S608


def _reject(fault: _Fault, reading: Reading, target: Target, origins: list[_Origin] | None) -> Reject:
    row, place, text = fault
    field = reading.fields[place // 2]
    code, sqlstate, message = (
        (100_072, "22000", "NULL result in a non-nullable column") if place % 2 else _reason(field.column, text)
    )
    column = f'"{target.table.name}"["{field.column.name}":{place // 2 + 1}]'
    return Reject(message, code, sqlstate, row if origins is None else origins[row - 1].number, column)


def _reason(column: Column, text: str | None) -> tuple[int, str, str]:
    """Snowflake's code, state and words for ``text`` that is no value of ``column``."""
    kind = column.kind
    base = kind.split("(", maxsplit=1)[0]
    if column.length is not None and not column.length.is_binary:
        message = f"User character length limit ({column.length.most}) exceeded by string '{text}'"
        return 100_074, "54000", message
    if column.length is not None and (text is None or re.fullmatch(r"([0-9A-Fa-f]{2})+|.*\\x.*", text)):
        return 100_078, "22000", f"Binary value '{text}' is too long and would be truncated"
    if base == "DECIMAL" and text is not None and re.fullmatch(r"\s*[+-]?\d+(\.\d*)?([eE][+-]?\d+)?\s*", text):
        sizes = kind.removeprefix("DECIMAL")
        return 100_039, "22003", f"Number out of representable range: type FIXED{sizes}, value {text}"
    for pattern, code, sqlstate, message in _REASONS:
        if re.fullmatch(pattern, base):
            return code, sqlstate, message.format(text)
    return 100_038, "22018", f"Failed to cast value '{text}' to {kind}"


_REASONS = (
    (r"DECIMAL|.*INT|INTEGER|DOUBLE|FLOAT", 100_038, "22018", "Numeric value '{}' is not recognized"),
    (r"DATE", 100_040, "22007", "Date '{}' is not recognized"),
    (r"TIMESTAMP.*", 100_035, "22007", "Timestamp '{}' is not recognized"),
    (r"TIME", 100_108, "22007", "Time '{}' is not recognized"),
    (r"BOOLEAN", 100_037, "22018", "Boolean value '{}' is not recognized"),
    (r"BLOB", 100_115, "22000", "The following string is not a legal hex-encoded value: '{}'"),
    (r"JSON", 100_069, "22P02", "Error parsing JSON: {}"),
)


def _without_broken(reading: Reading, target: Target, scratch: Path) -> tuple[Reading, list[Reject], list[_Origin]]:
    """A copy of the file without the records that cannot be split; those; and where the others stand."""
    file_format = reading.file_format
    assert not isinstance(file_format, Parquet)  # noqa: S101
    rejects, origins, width = list[Reject](), list[_Origin](), reading.width
    path = scratch / f"{Path(reading.path).name}.whole"
    with path.open("w", encoding="utf-8", newline="") as copy:
        for record in records.split(reading.path, file_format, reading.width):
            if fault := _broken(record, reading, len(target.columns)):
                rejects.append(fault)
            else:
                width = max(width, len(record.fields or []) if reading.ragged else 0)
                origins.append(_Origin(record.number, record.line, record.offset))
                copy.write(record.text + "\n")
    whole = replace(file_format, gzipped=False)
    if isinstance(whole, Csv):
        whole = replace(whole, skip_header=0, parse_header=False)
    return replace(reading, path=str(path), file_format=whole, width=width), rejects, origins


def _broken(record: Record, reading: Reading, columns: int) -> Reject | None:
    try:
        record.text.encode()
    except UnicodeEncodeError:
        message, code = (
            f"Invalid UTF8 detected in string '{record.text.encode(errors='backslashreplace').decode()}'",
            100_144,
        )
    else:
        if record.fields is None and not isinstance(reading.file_format, Csv):
            message, code = f"Error parsing JSON: {record.text}", 100_069
        elif record.fields is None:
            message, code = "Found a field whose enclosing character is not followed by a field delimiter", 100_016
        elif isinstance(reading.file_format, Csv) and not reading.ragged and len(record.fields) != columns:
            message, code = (
                f"Number of columns in file ({len(record.fields)}) does not match that of the corresponding table "
                f"({columns}), use file format option error_on_column_count_mismatch=false to ignore this error",
                100_080,
            )
        else:
            return None
    text = record.text.encode(errors="backslashreplace").decode()
    return Reject(message, code, "22000", record.number, None, record.line, 1, record.offset, text)


def _located(rejects: list[Reject], reading: Reading, origins: list[_Origin] | None) -> Iterator[Reject]:
    """The rejects with their lines, where the file has lines."""
    if isinstance(reading.file_format, Parquet) or not rejects:
        yield from rejects
        return
    waiting = iter(rejects)
    wanted = next(waiting, None)
    for record in records.split(reading.path, reading.file_format, reading.width):
        if wanted is None:
            return
        number, line, offset = (
            (record.number, record.line, record.offset) if origins is None else origins[record.number - 1]
        )
        if number == wanted.row:
            character = _character(record, wanted, reading)
            yield replace(wanted, line=line, character=character, offset=offset, record=record.text)
            wanted = next(waiting, None)


def _character(record: Record, reject: Reject, reading: Reading) -> int | None:
    """Where the field begins, of records whose fields stand as they are read."""
    file_format = reading.file_format
    place = re.search(r":(\d+)\]$", reject.column or "")
    if not isinstance(file_format, Csv) or place is None or record.fields is None:
        return None
    given = reading.fields[int(place[1]) - 1].given
    position = re.fullmatch(r"column(\d+)", given)
    if position is None or file_format.delimiter.join(record.fields) != record.text:
        return None
    return sum(len(text) + 1 for text in record.fields[: int(position[1]) - 1]) + 1
