"""The lake's exports without Spark: their columns, read out of jobs/exports.py, and rows as Parquet files."""

import ast
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from jobs import tables

EXPORTS = Path(__file__).resolve().parents[1] / "jobs" / "exports.py"

ARROW = {
    "STRING": pa.string(),
    "TIMESTAMP": pa.timestamp("us", tz="UTC"),
    "INT": pa.int32(),
    "BIGINT": pa.int64(),
    "DOUBLE": pa.float64(),
    "BOOLEAN": pa.bool_(),
    "BINARY": pa.binary(),
    "DATE": pa.date32(),
    "DECIMAL(12,2)": pa.decimal128(12, 2),
}


def columns() -> dict[str, dict[str, str]]:
    """The SQL type of each column, by exported table: `columns()["records"]["stream_name"]`."""
    [value] = [
        node.value
        for node in ast.parse(EXPORTS.read_text()).body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == "COLUMNS"
    ]
    assert value is not None
    found: dict[str, dict[str, str]] = eval(compile(ast.Expression(value), EXPORTS, "eval"), vars(tables))
    return found


COLUMNS = columns()


def parquet(table: str, rows: Sequence[dict[str, Any]]) -> bytes:
    """A file of an exported table; what a row lacks is null."""
    schema = pa.schema([(name, ARROW[kind]) for name, kind in COLUMNS[table].items()])
    content = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(list(rows), schema=schema), content)
    return content.getvalue()
