"""The lengths that a definition says: of CREATE TABLE, of CREATE VIEW and of ALTER TABLE."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from snowflake.connector.errors import ProgrammingError
from sqlglot import Expr, exp

TEXTS = (
    exp.DataType.Type.VARCHAR,
    exp.DataType.Type.NVARCHAR,
    exp.DataType.Type.TEXT,
    exp.DataType.Type.CHAR,
    exp.DataType.Type.NCHAR,
)
ONE_CHARACTER = (exp.DataType.Type.CHAR, exp.DataType.Type.NCHAR)
"""What these are without a length."""
BINARIES = (exp.DataType.Type.BINARY, exp.DataType.Type.VARBINARY)
TEXT_MOST = 16_777_216
BINARY_MOST = 8_388_608
"""What a column without a length holds."""


@dataclass(frozen=True, slots=True)
class Length:
    """The most characters, or bytes, that a column holds."""

    most: int
    is_binary: bool = False

    @property
    def octets(self) -> int:
        """The most bytes."""
        return self.most if self.is_binary else min(4 * self.most, TEXT_MOST)


Lengths = dict[str, Length]
"""By the column's name; a column that may hold what its type can is not in it."""


def of_type(kind: exp.DataType) -> Length | None:
    """The length that ``kind`` says; None where it says none, or one that no value reaches."""
    if kind.this not in TEXTS + BINARIES:
        return None
    is_binary = kind.this in BINARIES
    said = int(kind.expressions[0].name) if kind.expressions else int(kind.this in ONE_CHARACTER)
    return Length(said, is_binary) if 0 < said < (BINARY_MOST if is_binary else TEXT_MOST) else None


def of_columns(schema: exp.Schema) -> Lengths:
    """The lengths of the columns that a CREATE TABLE defines."""
    columns = [column for column in schema.expressions if isinstance(column, exp.ColumnDef)]
    return {column.name: length for column in columns if column.kind and (length := of_type(column.kind))}


def without_binary_lengths(expression: Expr) -> Expr:
    """``expression`` with each BINARY(n) as BINARY, the only one that DuckDB has. Changes ``expression``."""
    for kind in expression.find_all(exp.DataType):
        if kind.this in BINARIES:
            kind.set("expressions", [])
    return expression


def require_growth(before: Mapping[str, Length], alter: exp.Alter) -> None:
    """Refuse to shorten a column.

    Raises:
        ProgrammingError: 040052, the statement would.
    """
    for action in alter.args.get("actions") or []:
        if not (isinstance(action, exp.AlterColumn) and (kind := action.args.get("dtype")) and kind.this in TEXTS):
            continue
        after, known = of_type(kind), before.get(action.name)
        if known is not None and after is not None and after.most < known.most:
            raise ProgrammingError(
                msg=f"SQL compilation error:\ncannot change column {action.name} from type VARCHAR({known.most}) to "
                f"VARCHAR({after.most}) because reducing the byte-length of a varchar is not supported.",
                errno=40_052,
                sqlstate="22000",
            )


def altered(before: Mapping[str, Length], alter: exp.Alter) -> Lengths:
    """The lengths of a table's columns after ``alter``, which leaves the table's name as it is."""
    lengths = dict(before)
    for action in alter.args.get("actions") or []:
        for kind, change in _CHANGES.items():
            if isinstance(action, kind):
                change(lengths, action)
    return lengths


def _defined(lengths: Lengths, action: Expr) -> None:
    kind = action.args.get("kind") or action.args.get("dtype")
    if kind is None:  # a default, a comment, NOT NULL
        return
    lengths.pop(action.name, None)
    if length := of_type(kind):
        lengths[action.name] = length


def _renamed(lengths: Lengths, action: Expr) -> None:
    if length := lengths.pop(action.this.name, None):
        lengths[action.args["to"].name] = length


def _dropped(lengths: Lengths, action: Expr) -> None:
    for column in action.args.get("tables") or [action.this]:
        lengths.pop(column.name, None)


_CHANGES: dict[type[Expr], Callable[[Lengths, Expr], None]] = {
    exp.ColumnDef: _defined,
    exp.AlterColumn: _defined,
    exp.RenameColumn: _renamed,
    exp.Drop: _dropped,
}
