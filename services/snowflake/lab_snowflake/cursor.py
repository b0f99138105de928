"""fakesnow's cursor with the mends in its chain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import sqlglot
from fakesnow.cursor import SQL_SUCCESS, FakeSnowflakeCursor
from fakesnow.dialect import parse_one
from fakesnow.params import MutableParams
from sqlglot import Expr, exp

from lab_snowflake import (
    asked,
    conditional_counts,
    copy_into,
    descriptions,
    drops,
    explain,
    functions,
    load_history,
    merge,
    namespaces,
    positions,
    quotients,
    result_scan,
    sequences,
    statements,
    temporary,
    variables,
)
from lab_snowflake.catalog import copied, described
from lab_snowflake.catalog import declared as declared_objects
from lab_snowflake.catalog import kept as kept_objects
from lab_snowflake.keys import declared as declared_keys
from lab_snowflake.keys import followed
from lab_snowflake.keys import kept as kept_keys
from lab_snowflake.lengths import checked, queried
from lab_snowflake.lengths import declared as declared_lengths
from lab_snowflake.lengths.declared import Length, Lengths
from lab_snowflake.load_history import Table
from lab_snowflake.rows import status_sql
from lab_snowflake.staging import access, definitions
from lab_snowflake.temporary import Temporary

if TYPE_CHECKING:
    from lab_snowflake.connection import LabConnection


class LabCursor(FakeSnowflakeCursor):
    """Runs one statement as Snowflake would. Its session sees to the transaction around it."""

    _conn: LabConnection
    _columns: list[tuple[Any, ...]] | None = None
    lengths = queried.Queried()
    """Of the last query's columns."""
    _rowcount: int | None  # type: ignore[assignment]  # fakesnow declares None
    _last_transformed: Expr | None  # type: ignore[assignment]
    _statement = _text = ""

    def execute(
        self, command: str, params: Sequence[Any] | dict[Any, Any] | None = None, *args: Any, **kwargs: Any
    ) -> FakeSnowflakeCursor:
        """Run ``command``; what it cannot ask for is not looked for in its tree."""
        self._statement, self._text = command, command.upper()
        while self._conn.scanned:  # not before: a transaction that has failed gives up nothing until it is undone
            self._duck_conn.unregister(self._conn.scanned.pop())
        return super().execute(command, params, *args, **kwargs)

    def check_db_and_schema(self, expression: Expr) -> None:
        """Require what ``expression`` needs; the stock check knows no functions, which are looked up when dropped."""
        if not (isinstance(expression, exp.Drop) and expression.kind == "FUNCTION"):
            super().check_db_and_schema(expression)

    def _transform_explode(self, expression: Expr) -> list[Expr]:
        return [expression] if isinstance(expression, exp.Merge) else super()._transform_explode(expression)

    def _transform(self, expression: Expr, params: MutableParams | None) -> Expr:
        if namespaces.is_about(expression):
            expression.args["lab_made"] = declared_objects.take(expression, self._statement)
            return expression
        expression = functions.without_arguments(functions.with_body(expression))
        if variables.is_set(expression):
            expression = variables.computed(expression, self._value)
        expression = asked.answered(
            expression, self._text, params, self._conn, lambda sql: self._value(f"SELECT {sql}")
        )
        said = {
            "lab_made": declared_objects.take(expression, self._statement),
            "lab_stage": definitions.made_stage(expression),
            "lab_descriptions": descriptions.take(expression),
            "lab_temporary": temporary.take(expression),
            "lab_keys": declared_keys.take(expression),
            "lab_like": declared_keys.source(expression),
        }
        mended = quotients.exact(checked.casts(positions.named(conditional_counts.never_null(expression))))
        is_query = isinstance(mended, exp.Query)
        is_described = isinstance(mended, exp.Describe) and isinstance(mended.this, exp.Query)
        transformed = self._with_lengths(super()._transform(sequences.next_values(mended), params))
        if is_query or is_described:
            self.lengths = queried.of_query(transformed.this if is_described else transformed, self._lengths_of)
        transformed.args |= {name: each for name, each in said.items() if each}
        if said["lab_descriptions"]:
            transformed.args.pop("table_comment", None)  # the stock server keeps no comment as the comment 'None'
        return transformed

    def _with_lengths(self, transformed: Expr) -> Expr:
        """``transformed`` with the checks of lengths, and, of a definition, with the lengths that it makes."""
        transformed = checked.writes(checked.casts(transformed), self._lengths_of, self._column_names)
        if isinstance(transformed, exp.Create):
            transformed.args["lab_lengths"] = queried.of_definition(transformed, self._lengths_of)
        elif isinstance(transformed, exp.Alter) and isinstance(transformed.this, exp.Table):
            before = self._lengths_of(transformed.this)
            declared_lengths.require_growth(before, transformed)
            transformed.args["lab_lengths"] = declared_lengths.altered(before, transformed)
        return declared_lengths.without_binary_lengths(transformed)

    def _execute(self, transformed: Expr, params: MutableParams | None = None) -> None:
        if explained := explain.asked(transformed):
            self._explain(*explained, params)
        elif isinstance(transformed, exp.Merge):
            counts = merge.run(self._duck_conn, transformed, params)
            self._answer(merge.result_sql(counts), sum(counts.values()), transformed)
        elif isinstance(transformed, exp.Copy):
            result, rows = copy_into.run(copy_into.with_values(transformed, params), self._conn.place())
            self._answer(result, rows, transformed)
        elif isinstance(transformed, exp.TruncateTable):
            self._truncate(transformed)
        elif isinstance(transformed, exp.Create) and transformed.kind in ("TABLE", "VIEW"):
            self._create(transformed, params)
        elif namespaces.is_about(transformed):
            said = namespaces.run(transformed, self._conn)
            self._note_made(transformed)
            self._answer(status_sql(said), 0, transformed)
        elif isinstance(transformed, exp.Drop):
            self._drop(transformed, params)
        elif isinstance(transformed, exp.Alter) and transformed.kind in ("TABLE", "VIEW"):
            self._alter(transformed, params)
        elif (table := described.asked(transformed)) is not None:
            self._stock_execute(transformed, params)
            self._answer(described.sql(self._table(table)), 0, transformed)
        else:
            self._define(transformed, params)

    def _describe_last_sql(self) -> list[Any]:
        """Names and types of the last result; DuckDB still knows them, so that nothing is planned again."""
        return super()._describe_last_sql() if self._columns is None else self._columns

    def _stock_execute(self, transformed: Expr, params: MutableParams | None = None) -> None:
        super()._execute(transformed, params)
        columns = [(name, str(kind), None, None, None, None) for name, kind, *_ in self._duck_conn.description or []]
        self._columns = columns
        if "JSON" in [kind for _, kind, *_ in columns] and self._arrow_table is not None and self._sfqid is not None:
            self._arrow_table = result_scan.with_variants(self._arrow_table, columns)
            kept = (self._rowcount, self._last_sql, self._last_params, self._last_transformed)
            self._conn.results_cache[self._sfqid] = (self._arrow_table, *kept)

    def _answer(self, result_sql: str, affected: int, transformed: Expr) -> None:
        """Answer a statement that has been carried out with the rows of ``result_sql``."""
        self._stock_execute(sqlglot.parse_one(result_sql, read="duckdb"))
        self.lengths = queried.Queried()
        self._rowcount = affected
        self._last_transformed = transformed

    def _truncate(self, transformed: exp.TruncateTable) -> None:
        for table in transformed.expressions:
            if not (transformed.args.get("exists") and not self._exists(self._table(table))):
                self._duck_conn.execute(exp.delete(table.copy()).sql(dialect="duckdb"))
                load_history.forget(self._duck_conn, self._table(table))
        self._answer(SQL_SUCCESS, 0, transformed)

    def _create(self, transformed: exp.Create, params: MutableParams | None) -> None:
        name = transformed.this.find(exp.Table)
        table = self._table(name)
        if transformed.args.get("exists") and self._exists(table):
            self._answer(status_sql(f"{table.name} already exists, statement succeeded."), 0, transformed)
            return
        keys = followed.of_new(self._duck_conn, table, transformed, transformed.args.get("lab_keys") or [])
        self._stock_execute(transformed, params)
        if not name.db and transformed.find(exp.TemporaryProperty):
            self._conn.own_lengths[name.name] = transformed.args["lab_lengths"]
            load_history.forget(self._duck_conn, temporary.of_session(table, self._conn.session_id))
            return
        if transformed.kind == "TABLE":
            self._forget(table)
            like = transformed.args.get("lab_like")
            model = Table.of(like, self._conn.database, self._conn.schema) if like else None
            followed.made(self._duck_conn, table, keys, model)
            if model is not None:
                copied.columns(self._duck_conn, model, table)
        self._note_made(transformed)
        self._keep_lengths(name, transformed.args["lab_lengths"])
        self._conn.temporaries = [made for made in self._conn.temporaries if made.table != table]
        if transformed.args.get("lab_temporary"):
            self._conn.temporaries.append(Temporary(str(transformed.kind), table))
        if comments := transformed.args.get("lab_descriptions"):
            descriptions.store(self._duck_conn, comments, table.database, table.schema)

    def _lengths_of(self, table: exp.Table) -> Mapping[str, Length]:
        own = None if table.db else self._conn.own_lengths.get(table.name)
        return self._conn.lengths.of(self._table(table)) if own is None else own

    def _keep_lengths(self, table: exp.Table, lengths: Lengths | None) -> None:
        """Of a table or view that there is now; None of one that is gone."""
        if not table.db and table.name in self._conn.own_lengths:
            self._conn.own_lengths.pop(table.name)
            if lengths is not None:
                self._conn.own_lengths[table.name] = lengths
        elif lengths is None:
            self._conn.lengths.forget(self._duck_conn, self._table(table))
        else:
            self._conn.lengths.keep(self._duck_conn, self._table(table), lengths)

    def _column_names(self, table: exp.Table) -> list[str]:
        """The names of a table's columns, in their order."""
        empty = self._duck_conn.execute(exp.select("*").from_(table.copy()).limit(0).sql(dialect="duckdb"))
        return [name for name, *_ in empty.description or []]

    def _explain(self, form: str, statement: str, params: MutableParams | None) -> None:
        """The plan of ``statement``, which is not run."""
        transformed = self._transform(parse_one(statements.single(statement)), params)
        if isinstance(transformed, exp.Merge):
            merge.unqualify_assignments(transformed)
        sql = transformed.sql(dialect="duckdb")

        def plan(duck_form: str) -> str:
            rows = self._duck_conn.execute(f"EXPLAIN (FORMAT {duck_form}) {sql}", params).fetchall()
            return "\n".join(text for _, text in rows)

        self._answer(explain.result_sql(form, plan), 0, exp.Select())

    def _define(self, transformed: Expr, params: MutableParams | None) -> None:
        """What needs no mend of its own; a stage that is replaced has its files deleted first."""
        if made := transformed.args.get("lab_stage"):
            stage = self._table(made.name)
            is_new = made.replaces or not definitions.is_there(self._duck_conn, stage)
            access.require(self._duck_conn, made.said)
            if made.replaces:
                definitions.forget_stage(self._duck_conn, self._conn.stages, stage)
            if made.is_temporary:
                self._conn.temporary_stages.append(stage)
        self._stock_execute(transformed, params)
        if made and is_new:
            access.keep(self._duck_conn, stage, made.said)
        self._note_made(transformed)

    def _alter(self, transformed: exp.Alter, params: MutableParams | None) -> None:
        is_own = self._is_own(transformed.this)
        self._stock_execute(transformed, params)
        table, renamed = self._table(transformed.this), transformed.find(exp.AlterRename)
        if not is_own:
            self._note_altered(transformed, table, renamed)
        lengths = transformed.args["lab_lengths"]
        if renamed:
            definitions.rename_table(self._conn.stages, table, self._table(renamed.this))
            self._keep_lengths(transformed.this, None)
            self._keep_lengths(renamed.this, lengths)
        elif lengths != self._lengths_of(transformed.this):
            self._keep_lengths(transformed.this, lengths)

    def _note_altered(self, transformed: exp.Alter, table: Table, renamed: exp.AlterRename | None) -> None:
        kept_objects.altered(self._duck_conn, str(transformed.kind), table, renamed.this.name if renamed else None)
        followed.altered(self._duck_conn, table, transformed, transformed.args.get("lab_keys") or [])
        if renamed:
            descriptions.rename(self._duck_conn, table, renamed.this.name)

    def _is_own(self, table: exp.Table) -> bool:
        """Whether DuckDB keeps the table for this session alone; nothing is noted of it, for it only hides another."""
        return not table.db and bool(
            self._duck_conn.execute(
                "SELECT 1 FROM duckdb_tables() WHERE temporary AND lower(table_name) = lower(?)", [table.name]
            ).fetchone()
        )

    def _note_made(self, transformed: Expr) -> None:
        if made := transformed.args.get("lab_made"):
            where = kept_objects.place(made.kind, made.parts, self._conn.database, self._conn.schema)
            kept_objects.made(self._duck_conn, where, made)

    def _drop(self, transformed: exp.Drop, params: MutableParams | None) -> None:
        if transformed.kind == "STAGE":
            stage, if_exists = self._table(drops.targets(transformed)[0]), bool(transformed.args.get("exists"))
            said = definitions.drop_stage(self._duck_conn, self._conn.stages, stage, if_exists=if_exists)
            self._answer(status_sql(said), 0, transformed)
            return
        targets = [(target, self._is_own(target)) for target in drops.targets(transformed)]
        self._stock_execute(transformed, params)
        for target, is_own in targets:
            table = self._table(target)
            self._keep_lengths(target, None)
            if is_own:
                continue
            kept_objects.forget(self._duck_conn, str(transformed.kind), table)
            if transformed.kind == "TABLE":
                self._forget(table)
                kept_keys.forget(self._duck_conn, table)

    def _forget(self, table: Table) -> None:
        """Remove what is known of a table that is gone, or was made anew: its loads, and its stage's files."""
        load_history.forget(self._duck_conn, table)
        definitions.forget_table(self._conn.stages, table)

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
