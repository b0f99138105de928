"""Results on the wire: Arrow as the Snowflake clients read it.

The stock server sends NULL timestamps as 1970-01-01 and takes every timestamp for microseconds.
"""

from __future__ import annotations

import re
from typing import Any

import fakesnow.arrow
import pyarrow as pa
import pyarrow.compute as pc
from fakesnow.rowtype import ColumnInfo

from lab_snowflake import timezones
from lab_snowflake.lengths.declared import Length

NUMBER_LIMIT = 10**18
ROWS = "rowsetBase64"
"""Where an answer has its rows."""

_TYPES: tuple[tuple[str, str], ...] = (
    (r"DECIMAL|U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER", "fixed"),
    (r"FLOAT|DOUBLE", "real"),
    (r"BOOLEAN", "boolean"),
    (r"DATE", "date"),
    (r"TIMESTAMP WITH TIME ZONE", "timestamp_tz"),
    (r"TIMESTAMP(_S|_MS|_NS)?", "timestamp_ntz"),
    (r"TIME", "time"),
    (r"BLOB", "binary"),
    (r"JSON", "variant"),
    (r'VARCHAR|"NULL"|UUID|ENUM', "text"),
)

_SIZES: dict[str, dict[str, int]] = {
    "fixed": {"precision": 38, "scale": 0},
    "text": {"byteLength": 16_777_216, "length": 16_777_216},
    "binary": {"byteLength": 8_388_608, "length": 8_388_608},
    "time": {"precision": 0, "scale": 9},
    "timestamp_ntz": {"precision": 0, "scale": 9},
    "timestamp_tz": {"precision": 0, "scale": 9},
}


def column_info(name: str, duck_type: str, length: Length | None = None) -> ColumnInfo:
    """What Snowflake tells a client about a column of DuckDB's type ``duck_type``, and of ``length`` if it has one.

    Raises:
        NotImplementedError: a type that Snowflake does not have.
    """
    kind = next((kind for pattern, kind in _TYPES if re.fullmatch(rf"(?:{pattern})(?:\(.*\))?", duck_type)), None)
    if kind is None:
        raise NotImplementedError(f"a result column of type {duck_type} ({name})")
    sizes: dict[str, int] = dict(_SIZES.get(kind, {}))
    if decimal := re.fullmatch(r"DECIMAL\((\d+),(\d+)\)", duck_type):
        sizes = {"precision": int(decimal[1]), "scale": int(decimal[2])}
    elif length is not None and kind in ("text", "binary"):
        sizes = {"byteLength": length.octets, "length": length.most}
    empty: dict[str, Any] = dict.fromkeys(("byteLength", "length", "scale", "precision", "collation"))
    place: dict[str, Any] = {"name": name, "database": "", "schema": "", "table": "", "nullable": True, "type": kind}
    info: ColumnInfo = {**place, **empty, **sizes}  # type: ignore[typeddict-item]
    return info


def with_whole_numbers(table: pa.Table) -> pa.Table:
    """``table`` with whole numbers as integers where all of a column fit; a sum of integers is wider than they are."""
    for place, column in enumerate(table.columns):
        if pa.types.is_uint64(column.type) or (pa.types.is_decimal(column.type) and column.type.scale == 0):
            table = table.set_column(place, table.field(place).name, _whole(column))
    return table


def to_wire(table: pa.Table, columns: list[ColumnInfo]) -> pa.Buffer:
    """``table`` as an Arrow stream in Snowflake's layout: timestamps as (seconds, nanoseconds), numbers at scale."""
    arrays = [_to_wire(column) for column in table.columns]
    wire = pa.Table.from_arrays(arrays, names=table.column_names)
    schema = fakesnow.arrow.to_sf_schema(wire.schema, columns)
    return fakesnow.arrow.to_ipc(pa.Table.from_arrays(arrays, schema=schema))


def to_rows(table: pa.Table) -> list[list[str | None]]:
    """``table`` as rows of text: the layout of the row counts that INSERT, UPDATE, DELETE and MERGE answer with."""
    return [[None if value is None else str(value) for value in row.values()] for row in table.to_pylist()]


def _to_wire(column: pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    kind = column.type
    if pa.types.is_timestamp(kind):
        return _timestamp(column.combine_chunks(), kind)
    if pa.types.is_time(kind):
        return pc.multiply(column.cast(pa.time64("us")).cast(pa.int64()), 1000)
    return column.cast(_wire_type(kind))


def _wire_type(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_null(kind):
        return pa.string()
    if pa.types.is_float32(kind):
        return pa.float64()
    return pa.int64() if pa.types.is_integer(kind) else kind


def _whole(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_uint64(column.type):
        column = column.cast(pa.decimal128(20, 0))
    largest = pc.max(pc.abs(column)).as_py()
    return column.cast(pa.int64()) if largest is None or largest < NUMBER_LIMIT else column


def _timestamp(column: pa.Array, kind: pa.TimestampType) -> pa.StructArray:
    per_second = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[kind.unit]
    ticks = column.cast(pa.int64())
    seconds = pc.floor_temporal(column.view(pa.timestamp(kind.unit)), unit="second")
    seconds = seconds.cast(pa.timestamp("s"), safe=False).cast(pa.int64())
    nanoseconds = pc.multiply(pc.subtract(ticks, pc.multiply(seconds, per_second)), 10**9 // per_second)
    arrays = [seconds.fill_null(0), nanoseconds.fill_null(0).cast(pa.int32())]
    names = ["epoch", "fraction"]
    if kind.tz:
        arrays.append(timezones.offsets(arrays[0], kind.tz))
        names.append("timezone")
    return pa.StructArray.from_arrays(arrays, names=names, mask=column.is_null())
