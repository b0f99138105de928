"""Checks of lengths: a value that is too long is refused, wherever it would be written, and in a cast.

An explicit cast does not cut either: ``'abc'::VARCHAR(2)`` is an error and ``TRY_CAST`` of it NULL.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from duckdb import DuckDBPyConnection
from sqlglot import Expr, exp

from lab_snowflake.lengths.declared import BINARIES, Length, of_type

TOO_LONG = (
    r"(?s)Could not convert string '((?:DML operation .*)?(?:String|Binary value) '.*' "
    r"is too long and would be truncated)'"
)
"""How DuckDB tells of a failed check."""

LIBRARY = "_fs_global.main"
TEXT, BINARY, TEXT_OR_NULL, BINARY_OR_NULL = (
    f"{LIBRARY}.lab_{name}" for name in ("text", "binary", "text_or_null", "binary_or_null")
)

LengthsOf = Callable[[exp.Table], Mapping[str, Length]]
ColumnsOf = Callable[[exp.Table], list[str]]


def create_macros(duck: DuckDBPyConnection) -> None:
    """Make the checks. They fail by a cast, for DuckDB's own ``error`` counts as volatile, which TRY refuses."""
    is_long = {"text": "strlen(val) > most AND length(val) > most", "binary": "octet_length(val) > most"}
    fault = {"text": "'String ''' || val", "binary": "'Binary value ''' || hex(val)"}
    for kind, condition in is_long.items():
        said = f"place || {fault[kind]} || ''' is too long and would be truncated'"
        failing = f"CAST(CAST({said} AS INTEGER) AS VARCHAR)" + ("::BLOB" if kind == "binary" else "")
        duck.execute(
            f"CREATE OR REPLACE MACRO {LIBRARY}.lab_{kind}(val, most, place) AS "
            f"CASE WHEN {condition} THEN {failing} ELSE val END"
        )
        duck.execute(
            f"CREATE OR REPLACE MACRO {LIBRARY}.lab_{kind}_or_null(val, most) AS "
            f"CASE WHEN {condition} THEN NULL ELSE val END"
        )


def fitting(value: Expr, length: Length, place: str = "") -> Expr:
    """``value`` as text or binary of at most ``length``; ``place`` begins the message of one that is longer."""
    arguments = [_bare(value, length), exp.Literal.number(length.most), exp.Literal.string(place)]
    return exp.Anonymous(this=BINARY if length.is_binary else TEXT, expressions=arguments)


def casts(expression: Expr) -> Expr:
    """``expression`` with a check in each cast to VARCHAR(n) or BINARY(n). Changes ``expression``."""
    for cast in list(expression.find_all(exp.Cast)):
        length = of_type(cast.to)
        if length is None:
            continue
        name = cast.sql(dialect="snowflake").upper()
        bare = cast.copy()
        bare.set("to", exp.DataType.build("BINARY" if length.is_binary else "VARCHAR"))
        if isinstance(cast, exp.TryCast):
            arguments = [bare, exp.Literal.number(length.most)]
            checked: Expr = exp.Anonymous(
                this=BINARY_OR_NULL if length.is_binary else TEXT_OR_NULL, expressions=arguments
            )
        else:
            checked = fitting(bare, length)
        is_column = isinstance(cast.parent, exp.Select) and cast.arg_key == "expressions"
        cast.replace(exp.alias_(checked, name, quoted=True) if is_column else checked)
    return expression


def writes(statement: Expr, lengths_of: LengthsOf, columns_of: ColumnsOf) -> Expr:
    """``statement`` with a check of each value it writes into a column that has a length. Changes ``statement``."""
    if not isinstance(statement, exp.Insert | exp.Update | exp.Merge):
        return statement
    table = statement.this.this if isinstance(statement.this, exp.Schema) else statement.this
    if not isinstance(table, exp.Table) or not (lengths := lengths_of(table)):
        return statement
    target = _Target(table, lengths, columns_of)
    if isinstance(statement, exp.Insert):
        target.check_insert(statement)
    elif isinstance(statement, exp.Update):
        target.check_update(statement)
    else:
        for when in statement.find_all(exp.When):
            if isinstance(then := when.args["then"], exp.Update):
                target.check_update(then)
            elif isinstance(then, exp.Insert):
                target.check_merge_insert(then)
    return statement


class _Target:
    """The table that a statement writes into."""

    def __init__(self, table: exp.Table, lengths: Mapping[str, Length], columns_of: ColumnsOf) -> None:
        self._table = table
        self._lengths = lengths
        self._columns_of = columns_of

    def check_insert(self, insert: exp.Insert) -> None:
        names = self._names(insert.this if isinstance(insert.this, exp.Schema) else None)
        source = insert.expression
        if isinstance(source, exp.Values):
            for row in source.expressions:
                self._check_row(row, names)
        elif source is not None:
            insert.set("expression", self._selected(source, names))

    def check_update(self, update: exp.Update) -> None:
        for assignment in update.expressions:
            if isinstance(assignment, exp.EQ):
                assignment.set("expression", self._checked(assignment.expression, assignment.this.name))

    def check_merge_insert(self, insert: exp.Insert) -> None:
        if isinstance(insert.expression, exp.Tuple):
            self._check_row(insert.expression, self._names(insert.this))

    def _names(self, listed: Expr | None) -> list[str]:
        return [part.name for part in listed.expressions] if listed is not None else self._columns_of(self._table)

    def _check_row(self, row: Expr, names: list[str]) -> None:
        for value, name in list(zip(row.expressions, names, strict=False)):
            if not (isinstance(value, exp.Var) and value.name.upper() == "DEFAULT"):
                value.replace(self._checked(value.copy(), name))

    def _selected(self, query: Expr, names: list[str]) -> Expr:
        """``query`` inside of one that checks its columns: values of any query, each computed once."""
        checks = list(self._checks(names))
        if not checks:
            return query
        columns = [exp.to_identifier(name, quoted=True) for name in names]
        source = exp.Subquery(this=query, alias=exp.TableAlias(this=exp.to_identifier("given"), columns=columns))
        return exp.Select(expressions=[exp.Star(replace=checks)]).from_(source)

    def _checks(self, names: list[str]) -> Iterator[Expr]:
        for name in names:
            if name in self._lengths:
                column = exp.column(name, quoted=True)
                yield exp.alias_(self._checked(column, name), name, quoted=True)

    def _checked(self, value: Expr, name: str) -> Expr:
        length = self._lengths.get(name)
        if length is None or (value.is_string and not length.is_binary and len(value.name) <= length.most):
            return value
        return fitting(value, length, f"DML operation to table {self._table.name} failed on column {name} with error: ")


def _bare(value: Expr, length: Length) -> Expr:
    """``value`` as the type that it is written as."""
    kinds = BINARIES if length.is_binary else (exp.DataType.Type.VARCHAR,)
    if isinstance(value, exp.Cast) and value.to.this in kinds:
        return value
    return exp.cast(value, exp.DataType.build("BINARY" if length.is_binary else "VARCHAR"))
