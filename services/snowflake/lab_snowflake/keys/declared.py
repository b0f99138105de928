"""The keys that a statement declares: taken out of it, for DuckDB would enforce them.

A primary key's columns become NOT NULL, which is enforced, as on Snowflake.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlglot import Expr, exp

from lab_snowflake.identifiers import stored

PRIMARY, UNIQUE, FOREIGN = "PRIMARY KEY", "UNIQUE", "FOREIGN KEY"

TABLE_KEYS = (exp.PrimaryKey, exp.ForeignKey, exp.UniqueColumnConstraint)
COLUMN_KEYS = (exp.PrimaryKeyColumnConstraint, exp.UniqueColumnConstraint, exp.ForeignKey, exp.Reference)


@dataclass(frozen=True, slots=True)
class Referenced:
    """What a foreign key refers to; without ``columns`` the primary key of ``table``.

    Attributes:
        table: one to three parts of its name.
        on_update: NO ACTION, CASCADE, SET NULL …; so is ``on_delete``.
    """

    table: tuple[str, ...]
    columns: tuple[str, ...]
    on_update: str
    on_delete: str


@dataclass(frozen=True, slots=True)
class Declared:
    """A key as it was declared; ``kind`` is PRIMARY KEY, UNIQUE or FOREIGN KEY."""

    kind: str
    columns: tuple[str, ...]
    name: str | None = None
    rely: bool = False
    comment: str | None = None
    referenced: Referenced | None = None


def take(expression: Expr) -> list[Declared]:
    """Take the keys out of a CREATE TABLE or ALTER TABLE ADD COLUMN. Changes ``expression``."""
    if isinstance(expression, exp.Create) and isinstance(expression.this, exp.Schema):
        parts = expression.this.expressions
    elif isinstance(expression, exp.Alter) and expression.kind == "TABLE":
        parts = expression.args.get("actions") or []
    else:
        return []
    columns = [part for part in parts if isinstance(part, exp.ColumnDef)]
    found = [key for column in columns for key in _of_column(column)]
    if isinstance(expression, exp.Create):
        found += [key for part in parts if (key := of_table(part))]
        kept = [part for part in parts if not isinstance(part, (*TABLE_KEYS, exp.Constraint))]
        expression.this.set("expressions", kept)
    primary = {name for key in found if key.kind == PRIMARY for name in key.columns}
    for column in columns:
        _mend(column, never_null=stored(column.this) in primary)
    return found


def source(expression: Expr) -> tuple[str, ...] | None:
    """The table whose keys a CREATE TABLE … LIKE or CLONE gives to the new one, in parts of its name."""
    if not (isinstance(expression, exp.Create) and expression.kind == "TABLE"):
        return None
    model = expression.args.get("clone") or (expression.args.get("properties") or expression).find(exp.LikeProperty)
    return tuple(stored(part) for part in model.this.parts) if model else None


def of_table(part: Expr) -> Declared | None:
    """The key that ``[CONSTRAINT name] PRIMARY KEY (a, b)`` and its like declare; None for whatever is no key."""
    name, comment = None, None
    if isinstance(part, exp.Constraint):
        name = stored(part.this)
        comment = next((each.name for each in part.expressions if isinstance(each, exp.CommentColumnConstraint)), None)
        part = part.expressions[0]
    rely = _relies(part)
    if isinstance(part, exp.PrimaryKey):
        return Declared(PRIMARY, _names(part.expressions), name, rely, comment)
    if isinstance(part, exp.UniqueColumnConstraint):
        return Declared(UNIQUE, _names(part.this.expressions), name, rely, comment)
    if isinstance(part, exp.ForeignKey):
        reference = part.args["reference"]
        return Declared(FOREIGN, _names(part.expressions), name, _relies(reference), comment, _referenced(reference))
    return None


def _of_column(column: exp.ColumnDef) -> Iterator[Declared]:
    columns, name = (stored(column.this),), None
    for constraint in column.constraints:
        kind = constraint.kind
        name = stored(constraint.this) if constraint.this else name
        if isinstance(kind, exp.PrimaryKeyColumnConstraint):
            yield Declared(PRIMARY, columns, name, _relies(kind))
        elif isinstance(kind, exp.UniqueColumnConstraint):
            yield Declared(UNIQUE, columns, name, _relies(kind))
        elif isinstance(kind, exp.Reference):
            yield Declared(FOREIGN, columns, name, _relies(kind), referenced=_referenced(kind))
        elif isinstance(kind, exp.ForeignKey):
            continue  # its name is that of the REFERENCES behind it
        name = None


def _referenced(reference: exp.Reference) -> Referenced:
    target = reference.this
    table = target.this if isinstance(target, exp.Schema) else target
    columns = _names(target.expressions) if isinstance(target, exp.Schema) else ()
    rules = {"ON UPDATE": "NO ACTION", "ON DELETE": "NO ACTION"}
    for option in reference.args.get("options") or []:
        if option[:9] in rules:
            rules[option[:9]] = option[10:]
    return Referenced(tuple(stored(part) for part in table.parts), columns, rules["ON UPDATE"], rules["ON DELETE"])


def _mend(column: exp.ColumnDef, *, never_null: bool) -> None:
    kept = [each for each in column.constraints if not isinstance(each.kind, COLUMN_KEYS)]
    if never_null and not any(isinstance(each.kind, exp.NotNullColumnConstraint) for each in kept):
        kept.append(exp.ColumnConstraint(kind=exp.NotNullColumnConstraint()))
    column.set("constraints", kept)


def _names(identifiers: Sequence[Expr]) -> tuple[str, ...]:
    return tuple(stored(identifier) for identifier in identifiers)


def _relies(part: Expr) -> bool:
    """Whether RELY was said; the parser takes it for the name of a unique column's index."""
    named = part.this if isinstance(part, exp.UniqueColumnConstraint) else None
    said = isinstance(named, exp.Identifier) and named.name.upper() == "RELY"
    return said or "RELY" in (part.args.get("options") or [])
