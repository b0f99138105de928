"""COMMENT ON, and ALTER that sets or unsets a comment: of databases, schemas, tables, views, columns and the like.

Source: https://docs.snowflake.com/en/sql-reference/sql/comment
"""

from __future__ import annotations

from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from lab_snowflake import descriptions, errors
from lab_snowflake.catalog import kept, relations
from lab_snowflake.load_history import Table
from lab_snowflake.words import Words

SOURCES = {
    "DATABASE": relations.DATABASES,
    "SCHEMA": relations.SCHEMAS,
    "TABLE": relations.TABLES,
    "VIEW": relations.VIEWS,
    "SEQUENCE": relations.SEQUENCES,
    "STAGE": relations.STAGES,
    "FILE FORMAT": relations.FILE_FORMATS,
}
"""What may have a comment, besides columns."""


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment to be set; ``column`` is that of a table or view."""

    kind: str
    parts: tuple[str, ...]
    text: str
    may_lack: bool
    column: str | None = None


def asked(statement: str) -> Comment | None:
    """The comment that ``statement`` sets; None when it does something else."""
    words = Words(statement)
    if words.take("COMMENT"):
        return _comment_on(words)
    if not words.take("ALTER") or (kind := words.one_of(*SOURCES)) is None:
        return None
    may_lack, parts = words.take("IF", "EXISTS"), tuple(words.parts())
    if words.take("UNSET", "COMMENT"):
        return Comment(kind, parts, "", may_lack)
    if words.take("SET", "COMMENT", "="):
        return Comment(kind, parts, words.value(), may_lack)
    if not words.one_of("ALTER", "MODIFY"):
        return None
    words.take("COLUMN")
    return _of_column(words, kind, parts, may_lack=may_lack)


def store(duck: DuckDBPyConnection, comment: Comment, database: str | None, schema: str | None) -> None:
    """Keep ``comment``.

    Raises:
        ProgrammingError: 002003, what it is on is not there.
    """
    where = kept.place(comment.kind, comment.parts, database, schema)
    kind = _kind(duck, comment.kind, where)
    if kind is None:
        if comment.may_lack:
            return
        name = where.name or where.schema or where.database
        raise errors.missing(f"{comment.kind.capitalize()} '{name}'")
    if comment.column is not None:
        descriptions.set_column_comment(duck, where, comment.column, comment.text)
    elif kind in ("TABLE", "VIEW"):
        descriptions.set_comment(duck, where, comment.text)
    else:
        kept.set_comment(duck, kind, where, comment.text)
    kept.altered(duck, kind, where)


def _comment_on(words: Words) -> Comment | None:
    may_lack = words.take("IF", "EXISTS")
    if not words.take("ON"):
        raise words.unexpected()
    kind = words.one_of(*SOURCES, "COLUMN")
    if kind is None:
        return None
    parts = tuple(words.parts())
    if not words.take("IS"):
        raise words.unexpected()
    text = words.value()
    words.end()
    if kind == "COLUMN":
        return Comment("TABLE", parts[:-1], text, may_lack, parts[-1])
    return Comment(kind, parts, text, may_lack)


def _of_column(words: Words, kind: str, parts: tuple[str, ...], *, may_lack: bool) -> Comment | None:
    column = words.name()
    if words.take("UNSET", "COMMENT"):
        return Comment(kind, parts, "", may_lack, column)
    return Comment(kind, parts, words.value(), may_lack, column) if words.take("COMMENT") else None


def _kind(duck: DuckDBPyConnection, kind: str, where: Table) -> str | None:
    """The kind of what is there, a table or a view for each other; None when nothing is."""
    for candidate in ("TABLE", "VIEW") if kind in ("TABLE", "VIEW") else (kind,):
        known = {"DATABASE": (where.database,), "SCHEMA": (where.database, where.schema)}
        values = known.get(candidate, (where.database, where.schema, where.name))
        names = ("database_name", "schema_name")[: len(values) - 1]
        condition = " AND ".join(f"{name} = ?" for name in (*names, "name"))
        query = f"SELECT 1 FROM ({SOURCES[candidate]}) WHERE {condition}"  # noqa: S608
        if duck.execute(query, list(values)).fetchone():
            return candidate
    return None
