"""RESULT_SCAN and LAST_QUERY_ID: the results of earlier statements as tables, in any query.

The stock server answers with the whole result whatever the query selects from it. The newest results are kept, of all
sessions; Snowflake keeps them for a day.

Sources: https://docs.snowflake.com/en/sql-reference/functions/result_scan and last_query_id there.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
from duckdb import DuckDBPyConnection
from fakesnow.params import MutableParams
from snowflake.connector.errors import ProgrammingError
from sqlglot import Expr, exp

from lab_snowflake import errors

REMEMBERED = 1_000
VARIANTS = b"lab_variants"


class QueryIds:
    """The ids of a session's statements, the newest ``REMEMBERED`` of them."""

    def __init__(self) -> None:
        self._ids: deque[str] = deque(maxlen=REMEMBERED)
        self._count = 0

    def add(self, query_id: str) -> None:
        """A statement has ended."""
        self._ids.append(query_id)
        self._count += 1

    def at(self, position: int) -> str | None:
        """The id at ``position``: 1 for the session's first statement, -1 for its last; None when there is none."""
        if position > 0:
            position -= self._count + 1
        return self._ids[position] if -len(self._ids) <= position < 0 else None


def told(expression: Expr, ids: QueryIds) -> Expr:
    """``expression`` with the ids in the place of its LAST_QUERY_ID. Changes ``expression``."""
    for call in list(expression.find_all(exp.Anonymous)):
        if call.name.upper() != "LAST_QUERY_ID":
            continue
        query_id = ids.at(_position(call))
        value: Expr = exp.cast(exp.Null(), "VARCHAR") if query_id is None else exp.Literal.string(query_id)
        if isinstance(call.parent, exp.Select):
            value = exp.alias_(value, call.sql(dialect="snowflake"), quoted=True)
        call.replace(value)
    return expression


def answered(
    expression: Expr, bound: MutableParams | None, results: Mapping[str, Any], duck: DuckDBPyConnection
) -> list[str]:
    """Put the results in the place of each RESULT_SCAN. Changes ``expression`` and takes its values out of ``bound``.

    Returns:
        the names by which ``duck`` knows the results, to be given up after the statement.

    Raises:
        ProgrammingError: 000709, nobody knows the id.
    """
    names = []
    for table in list(expression.find_all(exp.TableFromRows)):
        call = table.this
        if not (isinstance(call, exp.Anonymous) and call.name.upper() == "RESULT_SCAN"):
            continue
        query_id = _query_id(expression, call, bound)
        result = _result(results, query_id)
        names.append(f"lab_result_{query_id}")
        duck.register(names[-1], result)
        scan = _scan(names[-1], result)
        if alias := table.args.get("alias"):
            scan.set("alias", alias)
        _name_positions(table, result.column_names)
        table.replace(scan)
    return names


def with_variants(result: pa.Table, columns: Sequence[tuple[Any, ...]]) -> pa.Table:
    """``result`` with the names of its columns of DuckDB's type JSON, which are texts in Arrow."""
    variants = [name for name, kind, *_ in columns if kind == "JSON"]
    return result.replace_schema_metadata({VARIANTS: json.dumps(variants)})


def _scan(name: str, result: pa.Table) -> Expr:
    table = exp.Table(this=exp.to_identifier(name, quoted=True))
    variants = json.loads((result.schema.metadata or {}).get(VARIANTS, b"[]"))
    if not variants:
        return table
    columns = [exp.column(column, quoted=True) for column in variants]
    casts = [exp.alias_(exp.cast(column, "JSON"), column.name, quoted=True) for column in columns]
    return exp.Subquery(this=exp.select(exp.Star(replace=casts)).from_(table))


def _position(call: exp.Anonymous) -> int:
    if not call.expressions:
        return -1
    (given,) = call.expressions
    text = given.sql(dialect="duckdb").replace(" ", "")
    if not text.lstrip("-").isdecimal():
        raise errors.unsupported(f"LAST_QUERY_ID({text}); a number is valid")
    return int(text)


def _query_id(expression: Expr, call: exp.Anonymous, bound: MutableParams | None) -> str:
    (given,) = call.expressions
    if isinstance(given, exp.Literal):
        return str(given.name)
    if isinstance(given, exp.Placeholder) and isinstance(bound, list):
        places = list(expression.find_all(exp.Placeholder, bfs=False))
        return str(bound.pop(next(number for number, found in enumerate(places) if found is given)))
    if isinstance(given, exp.Cast):  # no statement has ended yet
        raise _unknown("NULL")
    raise errors.unsupported("RESULT_SCAN of what is neither an id nor LAST_QUERY_ID()")


def _result(results: Mapping[str, Any], query_id: str) -> pa.Table:
    kept = results.get(query_id)
    if kept is None or kept[0] is None:
        raise _unknown(query_id)
    return kept[0]


def _name_positions(table: exp.TableFromRows, names: list[str]) -> None:
    """Columns by their position: ``SELECT $1 FROM TABLE(RESULT_SCAN(…))``."""
    select = table.find_ancestor(exp.Select)
    for parameter in list(select.find_all(exp.Parameter)) if select else []:
        number = int(parameter.name) if parameter.name.isdecimal() else 0
        if parameter.find_ancestor(exp.Select) is select and 0 < number <= len(names):
            parameter.replace(exp.column(names[number - 1], quoted=True))


def _unknown(query_id: str) -> ProgrammingError:
    return ProgrammingError(msg=f"Statement {query_id} not found", errno=709, sqlstate="02000")
