"""Keys are declared, not enforced: as on Snowflake, where only NOT NULL is."""

from __future__ import annotations

from sqlglot import Expr, exp

KEYS = (exp.PrimaryKey, exp.ForeignKey, exp.UniqueColumnConstraint, exp.Constraint)
COLUMN_KEYS = (exp.PrimaryKeyColumnConstraint, exp.UniqueColumnConstraint, exp.Reference)


def without_keys(expression: Expr) -> Expr:
    """CREATE TABLE without its primary, unique and foreign keys."""
    if not (isinstance(expression, exp.Create) and isinstance(expression.this, exp.Schema)):
        return expression
    schema = expression.this
    schema.set("expressions", [part for part in schema.expressions if not isinstance(part, KEYS)])
    for column in schema.find_all(exp.ColumnDef):
        kept = [constraint for constraint in column.constraints if not isinstance(constraint.kind, COLUMN_KEYS)]
        column.set("constraints", kept)
    return expression
