"""SHOW of databases, schemas, tables, views, columns, sequences, functions, stages and file formats.

HISTORY adds the column ``dropped_on``, always NULL: a DROP is final here.

Sources: https://docs.snowflake.com/en/sql-reference/sql/show-tables and its neighbours.
"""

from __future__ import annotations

from dataclasses import dataclass

from duckdb import DuckDBPyConnection
from sqlglot import exp

from lab_snowflake import show_scope
from lab_snowflake.catalog import relations
from lab_snowflake.catalog.columns import COUNTED, IS_CURRENT, SHOWN, TERSE, Shown
from lab_snowflake.show_scope import Scope
from lab_snowflake.words import Words

UNCOUNTED = f"SELECT *, NULL::BIGINT AS rows FROM ({relations.TABLES})"  # noqa: S608

HISTORY = ("DATABASES", "SCHEMAS", "TABLES", "VIEWS")
"""What may be shown with what was dropped."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a SHOW asks for besides the kind."""

    terse: bool
    history: bool
    scope: Scope
    like: str | None
    start: str | None
    limit: str | None
    after: str | None


def sql(duck: DuckDBPyConnection, statement: str, database: str | None, schema: str | None) -> str | None:
    """SQL of the answer to a SHOW of objects; None for any other statement.

    Raises:
        ProgrammingError: what it looks in is not there.
    """
    words = Words(statement)
    words.take("SHOW")
    terse = words.take("TERSE")
    words.take("USER")
    kind = words.one_of(*SHOWN)
    if kind is None:
        return None
    current = {"DATABASES": database, "SCHEMAS": schema}.get(kind)
    asked = _asked(words, kind, Scope(database, schema), terse=terse)
    show_scope.require(duck, asked.scope)
    return _query(SHOWN[kind], asked, duck, current)


def _asked(words: Words, kind: str, here: Scope, *, terse: bool) -> Asked:
    history = kind in HISTORY and words.take("HISTORY")
    like = words.value() if words.take("LIKE") else None
    default = {"DATABASES": Scope(), "SCHEMAS": Scope(here.database)}.get(kind, here)
    scope = show_scope.take(words, SHOWN[kind].bare, here.database, here.schema) or default
    start = words.value() if words.take("STARTS", "WITH") else None
    limit = words.value() if words.take("LIMIT") else None
    after = words.value() if limit and words.take("FROM") else None
    words.end()
    return Asked(terse, history, scope, like, start, limit, after)


def _query(shown: Shown, asked: Asked, duck: DuckDBPyConnection, current: str | None) -> str:
    source = shown.source
    if COUNTED in source:
        source = source.replace(COUNTED, UNCOUNTED if asked.terse else relations.counted(duck, asked.scope))
    columns = [(name, value) for name, value in shown.columns if asked.history or name != "dropped_on"]
    if asked.terse:
        columns = [(name, {"created_on": "created", "kind": shown.kind}.get(name, name)) for name in TERSE]
    selected = ", ".join(f'{value} AS "{name}"' for name, value in columns)
    selected = selected.replace(IS_CURRENT, f"shown.name IS NOT DISTINCT FROM {_text(current)}")
    conditions = " AND ".join([asked.scope.condition(), *_filters(asked)])
    limit = f" LIMIT {int(asked.limit)}" if asked.limit else ""
    return f"SELECT {selected} FROM ({source}) AS shown WHERE {conditions} ORDER BY {shown.order}{limit}"  # noqa: S608


def _filters(asked: Asked) -> list[str]:
    found = []
    if asked.like is not None:
        found.append(f"shown.name ILIKE {_text(asked.like)} ESCAPE '\\'")
    if asked.start is not None:
        found.append(f"starts_with(shown.name, {_text(asked.start)})")
    if asked.after is not None:
        found.append(f"shown.name > {_text(asked.after)}")
    return found


def _text(value: str | None) -> str:
    return "NULL" if value is None else exp.Literal.string(value).sql(dialect="duckdb")
