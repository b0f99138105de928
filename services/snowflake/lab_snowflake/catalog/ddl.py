"""GET_DDL: the statement that makes an object again.

A view's query is in the client's own words; everything else is told from what there is. A table's foreign keys name the
tables that they refer to in full.

Source: https://docs.snowflake.com/en/sql-reference/functions/get_ddl
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import sqlglot
from duckdb import DuckDBPyConnection
from snowflake.connector.errors import ProgrammingError
from sqlglot import Expr, exp

from lab_snowflake import descriptions, errors, internals
from lab_snowflake.catalog import described, kept
from lab_snowflake.catalog.declared import query
from lab_snowflake.identifiers import NAME
from lab_snowflake.keys import kept as keys
from lab_snowflake.load_history import Table
from lab_snowflake.words import Words

AUTOINCREMENT = re.compile(r"nextval\('(_fs_seq_\w+)'\)", re.IGNORECASE)
SEQUENCE = re.compile(r"nextval\('((?:[^']|'')+)'\)", re.IGNORECASE)
PLAIN = re.compile(r"[A-Z_][A-Z0-9_$]*")

DEFAULTS = {"timezone('UTC', CURRENT_TIMESTAMP)": "SYSDATE()"}
"""What DuckDB makes of a default that would not be read back."""


def answered(expression: Expr, duck: DuckDBPyConnection, database: str | None, schema: str | None) -> Expr:
    """``expression`` with the texts in the place of its GET_DDL. Changes ``expression``.

    Raises:
        ProgrammingError: the object is not there, or is of a kind that has no text here.
    """
    for call in list(expression.find_all(exp.Anonymous)):
        if call.name.upper() != "GET_DDL":
            continue
        kind, name, qualified = _arguments(call)
        writer = Writer(duck, qualified)
        text: Expr = exp.Literal.string(writer.text(kind, Words(name).parts(), database, schema))
        if isinstance(call.parent, exp.Select):
            text = exp.alias_(text, call.sql(dialect="snowflake"), quoted=True)
        call.replace(text)
    return expression


def _arguments(call: exp.Anonymous) -> tuple[str, str, bool]:
    given = call.expressions
    if not (2 <= len(given) <= 3 and all(isinstance(each, exp.Literal | exp.Boolean) for each in given)):
        raise errors.unsupported("GET_DDL of what is not a text in the statement; GET_DDL('TABLE', 'T') is valid")
    kind, name, *rest = given
    if not NAME.fullmatch(name.name):
        raise _missing(kind.name, name.name)
    return kind.name.upper(), name.name, bool(rest and rest[0].this is True)


class _Column(NamedTuple):
    """A column as DESCRIBE TABLE tells it."""

    name: str
    kind: str
    null: str
    default: str | None
    comment: str | None


class _Key(NamedTuple):
    """A key as it is kept."""

    kind: str
    name: str
    columns: list[str]
    pk_database: str
    pk_schema: str
    pk_table: str
    pk_columns: list[str]
    on_update: str
    on_delete: str
    rely: bool


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes statements; ``qualified``: with names in full."""

    duck: DuckDBPyConnection
    qualified: bool

    def text(self, kind: str, parts: list[str], database: str | None, schema: str | None) -> str:
        """The statement, or of a database or schema all statements, that make the object again."""
        writers: dict[str, Callable[[Table], str]] = {
            "TABLE": self.table,
            "VIEW": self.view,
            "SEQUENCE": self.sequence,
            "SCHEMA": self.schema,
            "DATABASE": self.database,
        }
        if kind not in writers:
            raise errors.unsupported(f"GET_DDL of {kind}; {', '.join(writers)} are valid")
        where = kept.place(kind, tuple(parts), database, schema)
        if kind in ("TABLE", "VIEW"):  # either is valid for the other
            return self._relation(where, kind)
        return writers[kind](where)

    def database(self, where: Table) -> str:
        """A database with all that lies in it."""
        self._require("duckdb_databases() WHERE database_name = ?", [where.database], "DATABASE", where)
        rows = self.duck.execute(
            "SELECT schema_name FROM duckdb_schemas() WHERE database_name = ? AND NOT internal "  # noqa: S608
            f"AND schema_name NOT IN ('main', '{internals.SCHEMA}') ORDER BY schema_name",
            [where.database],
        ).fetchall()
        schemas = [self.schema(Table(where.database, name, "")) for (name,) in rows]
        return "\n\n".join([f"create or replace{self._kind('DATABASE', where)} {_name(where.database)};", *schemas])

    def schema(self, where: Table) -> str:
        """A schema with all that lies in it: what others need comes first."""
        values = [where.database, where.schema]
        of_schema = "WHERE database_name = ? AND schema_name = ?"
        self._require(f"duckdb_schemas() {of_schema}", values, "SCHEMA", where)
        name = f"{_name(where.database)}.{_name(where.schema)}" if self.qualified else _name(where.schema)
        texts = [f"create or replace{self._kind('SCHEMA', where)} {name}{self._comment('SCHEMA', where)};"]
        for source, column, write in (
            (f"duckdb_sequences() {of_schema}", "sequence_name", self.sequence),
            (f"duckdb_tables() {of_schema}", "table_name", self.table),
            (f"duckdb_views() {of_schema}", "view_name", self.view),
        ):
            rows = self.duck.execute(
                f"SELECT {column} FROM {source} AND NOT starts_with(lower({column}), '_fs_seq_') "  # noqa: S608
                f"ORDER BY (SELECT max(created) FROM {kept.TABLE} k WHERE k.database_name = ? AND k.schema_name = ? "
                f"AND k.name = {column}) NULLS FIRST, {column}",
                [*values, *values],
            ).fetchall()
            texts += [write(Table(where.database, where.schema, found)) for (found,) in rows]
        return "\n\n".join(texts)

    def sequence(self, where: Table) -> str:
        """A sequence, which begins anew."""
        row = self._require(
            "duckdb_sequences() WHERE database_name = ? AND schema_name = ? AND sequence_name = ?",
            [where.database, where.schema, where.name],
            "SEQUENCE",
            where,
            "start_value, increment_by",
        )
        return (
            f"create or replace sequence {self._named(where)} start with {row[0]} increment by {row[1]} order"
            f"{self._comment('SEQUENCE', where)};"
        )

    def table(self, where: Table) -> str:
        """A table with its keys and comments, without its rows."""
        rows = self.duck.execute(
            f'SELECT "name", "type", "null?", "default", "comment" FROM ({described.sql(where)})'  # noqa: S608
        ).fetchall()
        columns = [self._column(where, _Column(*row)) for row in rows]
        lines = ",\n".join(f"\t{line}" for line in [*columns, *self._keys(where)])
        comment = descriptions.comment_of(self.duck, where)
        end = f"COMMENT={_text(comment)}\n;" if comment else ";"
        return f"create or replace{self._kind('TABLE', where)} {self._named(where)} (\n{lines}\n){end}"

    def view(self, where: Table) -> str:
        """A view over the query that it was made with."""
        row = self.duck.execute(
            f"SELECT text FROM {kept.TABLE} WHERE kind = 'VIEW' AND database_name = ? AND schema_name = ? "  # noqa: S608
            "AND name = ?",
            [where.database, where.schema, where.name],
        ).fetchone()
        if row is None:
            raise errors.unsupported(
                f"GET_DDL of the view {where.name}, which an earlier version of the local warehouse made; make it again"
            )
        columns = self.duck.execute(
            "SELECT column_name, comment FROM duckdb_columns() WHERE database_name = ? AND schema_name = ? "
            "AND table_name = ? ORDER BY column_index",
            [where.database, where.schema, where.name],
        ).fetchall()
        lines = ",\n".join(f"\t{_name(name)}{f' COMMENT {_text(said)}' if said else ''}" for name, said in columns)
        comment = descriptions.comment_of(self.duck, where)
        said = f" COMMENT={_text(comment)}\n" if comment else " "
        return f"create or replace view {self._named(where)}(\n{lines}\n){said}as {query(row[0])};"

    def _relation(self, where: Table, kind: str) -> str:
        row = self._require(
            "information_schema.tables WHERE table_catalog = ? AND table_schema = ? AND table_name = ?",
            [where.database, where.schema, where.name],
            kind,
            where,
            "table_type",
        )
        return self.view(where) if row[0] == "VIEW" else self.table(where)

    def _column(self, where: Table, column: _Column) -> str:
        said = [_name(column.name), column.kind]
        if column.null == "N":
            said.append("NOT NULL")
        if column.default is not None:
            said.append(self._default(where, column.default))
        if column.comment:
            said.append(f"COMMENT {_text(column.comment)}")
        return " ".join(said)

    def _default(self, where: Table, default: str) -> str:
        if found := AUTOINCREMENT.fullmatch(default):
            row = self._require(
                "duckdb_sequences() WHERE database_name = ? AND schema_name = ? AND lower(sequence_name) = lower(?)",
                [where.database, where.schema, found[1]],
                "SEQUENCE",
                where,
                "start_value, increment_by",
            )
            return f"autoincrement start {row[0]} increment {row[1]} order"
        if found := SEQUENCE.fullmatch(default):
            sequence = Table.of(Words(found[1]).parts(), where.database, where.schema)
            return f"DEFAULT {_full(sequence)}.NEXTVAL"
        if known := DEFAULTS.get(default):
            return f"DEFAULT {known}"
        value = sqlglot.parse_one(default, read="duckdb")
        is_text = isinstance(value, exp.Literal) and value.is_string
        return f"DEFAULT {_text(value.name) if is_text else value.sql(dialect='snowflake')}"

    def _keys(self, where: Table) -> list[str]:
        rows = self.duck.execute(
            "SELECT kind, name, columns, pk_database_name, pk_schema_name, pk_table_name, pk_columns, on_update, "  # noqa: S608
            f"on_delete, rely FROM {keys.TABLE} WHERE database_name = ? AND schema_name = ? AND table_name = ? "
            "ORDER BY CASE kind WHEN 'UNIQUE' THEN 0 WHEN 'PRIMARY KEY' THEN 1 ELSE 2 END, created, name",
            [where.database, where.schema, where.name],
        ).fetchall()
        return [_key(_Key(*row)) for row in rows]

    def _kind(self, kind: str, where: Table) -> str:
        row = self._kept("is_transient", kind, where)
        shown = kind if kind == "TABLE" else kind.lower()
        return f" TRANSIENT {shown}" if row else f" {shown}"

    def _comment(self, kind: str, where: Table) -> str:
        said = self._kept("comment", kind, where)
        return f" COMMENT={_text(str(said))}" if said else ""

    def _kept(self, column: str, kind: str, where: Table) -> object:
        row = self.duck.execute(
            f"SELECT {column} FROM {kept.TABLE} WHERE kind = ? AND database_name = ? AND schema_name = ? AND name = ?",  # noqa: S608
            [kind, where.database, where.schema, where.name],
        ).fetchone()
        return row[0] if row else None

    def _named(self, where: Table) -> str:
        return _full(where) if self.qualified else _name(where.name)

    def _require(
        self, source: str, values: list[str], kind: str, where: Table, columns: str = "1"
    ) -> tuple[object, ...]:
        row = self.duck.execute(f"SELECT {columns} FROM {source}", values).fetchone()  # noqa: S608
        if row is None:
            raise _missing(kind, where.name or where.schema or where.database)
        found: tuple[object, ...] = row
        return found


def _key(key: _Key) -> str:
    named = "" if key.name.startswith("SYS_CONSTRAINT_") else f"constraint {_name(key.name)} "
    said = f"{named}{key.kind.lower()} ({_names(key.columns)})"
    if key.pk_table:
        said += f" references {_full(Table(key.pk_database, key.pk_schema, key.pk_table))}({_names(key.pk_columns)})"
        rules = (("update", key.on_update), ("delete", key.on_delete))
        said += "".join(f" on {event} {rule.lower()}" for event, rule in rules if rule != "NO ACTION")
    return f"{said} rely" if key.rely else said


def _names(columns: list[str]) -> str:
    return ", ".join(_name(column) for column in columns)


def _full(where: Table) -> str:
    return ".".join(_name(part) for part in (where.database, where.schema, where.name))


def _name(name: str) -> str:
    """``name`` as it must be written: quoted unless it is in upper case."""
    return name if PLAIN.fullmatch(name) else '"' + name.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"


def _missing(kind: str, name: str) -> ProgrammingError:
    return errors.missing(f"{kind.capitalize()} '{name}'")
