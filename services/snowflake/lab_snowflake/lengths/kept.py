"""The lengths of all tables' and views' columns: kept where the stock server keeps them, known without asking."""

from __future__ import annotations

from collections.abc import Mapping

import fakesnow.transforms as stock
from duckdb import DuckDBPyConnection
from fakesnow import info_schema
from fakesnow.transforms import show, transforms
from sqlglot import Expr

from lab_snowflake import internals
from lab_snowflake.lengths.declared import BINARY_MOST, TEXT_MOST, Length, Lengths
from lab_snowflake.load_history import Table

PLACE = f"{internals.GLOBAL}._fs_columns_ext"


class KeptLengths:
    """What every session knows of the columns' lengths."""

    def __init__(self, duck: DuckDBPyConnection) -> None:
        self._known: dict[Table, Lengths] = {}
        for *names, column, most, octets in duck.execute(f"SELECT * FROM {PLACE}").fetchall():  # noqa: S608
            if most < TEXT_MOST:
                self._known.setdefault(Table(*names), {})[column] = Length(most, is_binary=most == octets)

    def of(self, table: Table) -> Mapping[str, Length]:
        """The lengths of the columns of ``table``."""
        return self._known.get(table, {})

    def keep(self, duck: DuckDBPyConnection, table: Table, lengths: Lengths) -> None:
        """Know ``lengths``, and no others, of ``table``."""
        place = [table.database, table.schema, table.name]
        if self._known.pop(table, None):
            duck.execute(
                f"DELETE FROM {PLACE} WHERE ext_table_catalog = ? AND ext_table_schema = ? AND ext_table_name = ?",  # noqa: S608
                place,
            )
        if lengths:
            rows = [(*place, column, length.most, length.octets) for column, length in lengths.items()]
            values = ", ".join("(?, ?, ?, ?, ?, ?)" for _ in rows)  # one statement is one write to the disk
            duck.execute(f"INSERT OR REPLACE INTO {PLACE} VALUES {values}", [part for row in rows for part in row])  # noqa: S608
            self._known[table] = lengths

    def forget_all(self, duck: DuckDBPyConnection, database: str, schema: str | None = None) -> None:
        """Know nothing of a database, or of one schema in it, which is gone."""
        for table in [each for each in self._known if each.database == database and schema in (None, each.schema)]:
            self.forget(duck, table)

    def forget(self, duck: DuckDBPyConnection, table: Table) -> None:
        """Know nothing of ``table``, which is gone."""
        self.keep(duck, table, {})


def install() -> None:
    """Keep the stock server from noting lengths itself, and have its DESCRIBE TABLE tell those of BINARY."""
    stock.extract_text_length = _as_it_is
    template = transforms.SQL_DESCRIBE_TABLE
    template.template = _with_binary(template.template, "'BINARY(8388608)'", f"'BINARY(' || {_MOST} || ')'")


def create_views(duck: DuckDBPyConnection) -> None:
    """Make the views behind INFORMATION_SCHEMA.COLUMNS and SHOW COLUMNS, which tell the lengths."""
    most = f"coalesce(ext_character_maximum_length, CASE columns.data_type {_DEFAULTS} END)"
    octets = f"coalesce(ext_character_octet_length, CASE columns.data_type {_DEFAULTS} END)"
    columns = info_schema.SQL_CREATE_GLOBAL_INFORMATION_SCHEMA_COLUMNS_VIEW
    columns = columns.replace("ext_character_maximum_length as", f"{most} as")
    columns = columns.replace("ext_character_octet_length as", f"{octets} as")
    shown = _with_binary(
        show.SQL_CREATE_VIEW_SHOW_COLUMNS,
        """'{"type":"BINARY","length":8388608,"byteLength":8388608,"nullable":true,"fixed":true}'""",
        f"""'{{"type":"BINARY","length":' || {_MOST} || ',"byteLength":' || {_MOST}"""
        """ || ',"nullable":true,"fixed":true}'""",
    )
    for view in (columns, shown):
        duck.execute(view.replace("create view if not exists", "create or replace view"))


_MOST = "character_maximum_length"
_DEFAULTS = f"WHEN 'VARCHAR' THEN {TEXT_MOST} WHEN 'BLOB' THEN {BINARY_MOST}"


def _as_it_is(expression: Expr) -> Expr:
    return expression


def _with_binary(stock_sql: str, fixed: str, told: str) -> str:
    return stock_sql.replace(fixed, told)
