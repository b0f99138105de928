"""fakesnow's cursor with the mends in its chain."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlglot
from fakesnow.cursor import SQL_SUCCESS, FakeSnowflakeCursor
from fakesnow.params import MutableParams
from sqlglot import Expr, exp

from lab_snowflake import (
    conditional_counts,
    constraints,
    copy_into,
    descriptions,
    drops,
    load_history,
    merge,
    positions,
    temporary,
    variables,
)
from lab_snowflake.load_history import Table
from lab_snowflake.temporary import Temporary

if TYPE_CHECKING:
    from lab_snowflake.session import LabConnection


class LabCursor(FakeSnowflakeCursor):
    """Runs one statement as Snowflake would. Its session sees to the transaction around it."""

    _conn: LabConnection
    _columns: list[tuple[Any, ...]] | None = None
    _rowcount: int | None  # type: ignore[assignment]  # fakesnow declares None
    _last_transformed: Expr | None  # type: ignore[assignment]

    def _transform_explode(self, expression: Expr) -> list[Expr]:
        return [expression] if isinstance(expression, exp.Merge) else super()._transform_explode(expression)

    def _transform(self, expression: Expr, params: MutableParams | None) -> Expr:
        if variables.is_set(expression):
            expression = variables.computed(expression, self._value)
        described, is_temporary = descriptions.take(expression), temporary.take(expression)
        mended = conditional_counts.never_null(constraints.without_keys(expression))
        transformed = super()._transform(positions.named(mended), params)
        if is_temporary:
            transformed.args["lab_temporary"] = True
        if described is not None:
            transformed.args["lab_descriptions"] = described
        return transformed

    def _execute(self, transformed: Expr, params: MutableParams | None = None) -> None:
        if isinstance(transformed, exp.Merge):
            counts = merge.run(self._duck_conn, transformed, params)
            self._answer(merge.result_sql(counts), sum(counts.values()), transformed)
        elif isinstance(transformed, exp.Copy):
            result, rows = copy_into.run(copy_into.with_values(transformed, params), self._conn.place())
            self._answer(result, rows, transformed)
        elif isinstance(transformed, exp.TruncateTable):
            self._truncate(transformed)
        elif isinstance(transformed, exp.Create) and transformed.kind in ("TABLE", "VIEW"):
            self._create(transformed, params)
        elif isinstance(transformed, exp.Drop) and transformed.kind == "TABLE":
            self._stock_execute(transformed, params)
            for table in drops.targets(transformed):
                load_history.forget(self._duck_conn, self._table(table))
        elif isinstance(transformed, exp.Drop) and transformed.kind == "DATABASE":
            self._drop_database(transformed)
        else:
            self._stock_execute(transformed, params)
            if database := transformed.args.get("create_db_name"):
                load_history.create(self._duck_conn, database)

    def _describe_last_sql(self) -> list[Any]:
        """Names and types of the last result; DuckDB still knows them, so that nothing is planned again."""
        return super()._describe_last_sql() if self._columns is None else self._columns

    def _stock_execute(self, transformed: Expr, params: MutableParams | None = None) -> None:
        super()._execute(transformed, params)
        columns = [(name, str(kind), None, None, None, None) for name, kind, *_ in self._duck_conn.description or []]
        self._columns = None if transformed.args.get("result_scan_sfqid") else columns

    def _answer(self, result_sql: str, affected: int, transformed: Expr) -> None:
        """Answer a statement that has been carried out with the rows of ``result_sql``."""
        self._stock_execute(sqlglot.parse_one(result_sql, read="duckdb"))
        self._rowcount = affected
        self._last_transformed = transformed

    def _truncate(self, transformed: exp.TruncateTable) -> None:
        for table in transformed.expressions:
            if not (transformed.args.get("exists") and not self._exists(self._table(table))):
                self._duck_conn.execute(exp.delete(table.copy()).sql(dialect="duckdb"))
                load_history.forget(self._duck_conn, self._table(table))
        self._answer(SQL_SUCCESS, 0, transformed)

    def _create(self, transformed: exp.Create, params: MutableParams | None) -> None:
        table = self._table(transformed.this.find(exp.Table))
        if transformed.args.get("exists") and self._exists(table):
            shown = exp.Literal.string(f"{table.name} already exists, statement succeeded.")
            self._answer(f"SELECT {shown.sql(dialect='duckdb')} AS status", 0, transformed)
            return
        self._stock_execute(transformed, params)
        if transformed.kind == "TABLE":
            load_history.forget(self._duck_conn, table)
        self._conn.temporaries = [made for made in self._conn.temporaries if made.table != table]
        if transformed.args.get("lab_temporary"):
            self._conn.temporaries.append(Temporary(str(transformed.kind), table))
        if described := transformed.args.get("lab_descriptions"):
            descriptions.store(self._duck_conn, described, table.database, table.schema)

    def _drop_database(self, transformed: exp.Drop) -> None:
        name = drops.name(transformed)
        if name == self._conn.database:
            self._duck_conn.execute("USE memory")
            self._conn.database = self._conn._schema = None
            self._conn.database_set = self._conn.schema_set = False
        said = drops.database(self._duck_conn, transformed, Path(str(self._conn.db_path)))
        self._answer(f"SELECT {exp.Literal.string(said).sql(dialect='duckdb')} AS status", 0, transformed)

    def _value(self, query: str) -> Any:
        """The value of a query of one row and column."""
        rows = LabCursor(conn=self._conn, duck_conn=self._duck_conn).execute(query, server=True).fetchall()
        return rows[0][0] if rows else None

    def _table(self, table: exp.Table) -> Table:
        return Table(table.catalog or self._conn.database or "", table.db or self._conn.schema or "", table.name)

    def _exists(self, table: Table) -> bool:
        found = self._duck_conn.execute(
            "SELECT 1 FROM information_schema.tables WHERE table_catalog = ? AND table_schema = ? AND table_name = ?",
            [table.database, table.schema, table.name],
        ).fetchone()
        return found is not None
