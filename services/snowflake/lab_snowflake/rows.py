"""Rows that the server makes itself, as SQL: so that they are answered as every result is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlglot import exp

Columns = Sequence[tuple[str, str]]
"""Names (quoted where they must be) and DuckDB types."""


DONE = "Statement executed successfully."
"""What Snowflake says of most statements."""


def rows_sql(columns: Columns, rows: Sequence[tuple[Any, ...]]) -> str:
    """SQL of ``rows``, typed even where there are none."""
    names = ", ".join(name for name, _ in columns)
    typed = ", ".join(f"{name}::{kind} AS {name}" for name, kind in columns)
    values = ", ".join(f"({', '.join(_literal(value) for value in row)})" for row in rows)
    if not rows:
        nulls = ", ".join("NULL" for _ in columns)
        return f"SELECT {typed} FROM (VALUES ({nulls})) AS t({names}) WHERE false"  # noqa: S608
    return f"SELECT {typed} FROM (VALUES {values}) AS t({names})"  # noqa: S608


def status_sql(said: str) -> str:
    """SQL of an answer that is one sentence."""
    return f'SELECT {_literal(said)} AS "status"'


def _literal(value: Any) -> str:
    return exp.convert(value).sql(dialect="duckdb")
