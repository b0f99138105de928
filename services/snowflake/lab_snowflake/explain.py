"""EXPLAIN: the plan of a statement that is not run. The plan is DuckDB's, in the columns of Snowflake's."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from sqlglot import Expr, exp

from lab_snowflake.rows import rows_sql

COLUMNS = (
    ('"step"', "INTEGER"),
    ('"id"', "INTEGER"),
    ('"parentOperators"', "VARCHAR"),
    ('"operation"', "VARCHAR"),
    ('"objects"', "VARCHAR"),
    ('"alias"', "VARCHAR"),
    ('"expressions"', "VARCHAR"),
)

Row = tuple[int, int | None, str, str | None, str | None]
"""Id, parent, operation, object and expressions of a step."""


def asked(expression: Expr) -> tuple[str, str] | None:
    """TABULAR, TEXT or JSON, and the statement to explain; None for whatever is no EXPLAIN."""
    if not (isinstance(expression, exp.Command) and str(expression.this).upper() == "EXPLAIN"):
        return None
    text = expression.expression.name if expression.expression else ""
    found = re.match(r"\s*USING\s+(TABULAR|TEXT|JSON)\s", text, re.IGNORECASE)
    return (found[1].upper(), text[found.end() :]) if found else ("TABULAR", text)


def result_sql(form: str, plan: Callable[[str], str]) -> str:
    """A query of the plan as ``form`` has it; ``plan`` gives DuckDB's in its format ``TEXT`` or ``JSON``."""
    if form != "TABULAR":
        return rows_sql([('"content"', "VARCHAR")], [(plan(form),)])
    rows = [
        (1, number, None if parent is None else f"[{parent}]", operation, shown and f"[{shown}]", None, expressions)
        for number, parent, operation, shown, expressions in _steps(json.loads(plan("JSON")))
    ]
    return rows_sql(COLUMNS, rows)


def _steps(nodes: list[dict[str, Any]]) -> Iterator[Row]:
    waiting: list[tuple[int | None, dict[str, Any]]] = [(None, node) for node in nodes]
    number = 0
    while waiting:
        parent, node = waiting.pop(0)
        extra = node.get("extra_info") or {}
        told = [f"{key}: {_words(value)}" for key, value in extra.items() if key != "Table"]
        yield number, parent, node["name"].strip(), extra.get("Table"), "; ".join(told) or None
        waiting[:0] = [(number, child) for child in node.get("children", ())]
        number += 1


def _words(value: str | list[str]) -> str:
    return value if isinstance(value, str) else ", ".join(value)
