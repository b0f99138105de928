"""What a CREATE says that DuckDB does not keep: TRANSIENT, a schema's comment, a view's own words."""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import Expr, exp
from sqlglot.dialects.snowflake import Snowflake
from sqlglot.tokenizer_core import TokenType

from lab_snowflake.identifiers import stored

KINDS = ("DATABASE", "SCHEMA", "TABLE", "VIEW", "SEQUENCE", "FUNCTION", "STAGE", "FILE FORMAT")


@dataclass(frozen=True, slots=True)
class Declared:
    """An object that a statement makes.

    Attributes:
        kind: one of ``KINDS``.
        parts: its name, of one to three parts.
        comment: of anything but tables and views, which views have theirs in ``descriptions``.
        may_exist: IF NOT EXISTS was said.
        text: of a view, the statement as the client wrote it; of a function, ``F(NUMBER) RETURN VARCHAR``.
    """

    kind: str
    parts: tuple[str, ...]
    is_transient: bool = False
    may_exist: bool = False
    comment: str | None = None
    text: str | None = None


def take(expression: Expr, statement: str) -> Declared | None:
    """What the CREATE ``statement`` makes, without what DuckDB cannot read of it; None of any other statement.

    Changes ``expression``.
    """
    if not (isinstance(expression, exp.Create) and expression.kind in KINDS):
        return None
    table = expression.this.find(exp.Table)
    properties = list(expression.args["properties"].expressions) if expression.args.get("properties") else []
    transient = [each for each in properties if isinstance(each, exp.TransientProperty)]
    for each in transient:
        each.pop()
    for each in properties:
        if isinstance(each, exp.SequenceProperties):
            kept = [option for option in each.args.get("options") or [] if option.name not in ("ORDER", "NOORDER")]
            each.set("options", kept)  # DuckDB's are always in order
    comments = [each.name for each in properties if isinstance(each, exp.SchemaCommentProperty)]
    return Declared(
        expression.kind,
        tuple(stored(part) for part in table.parts),
        bool(transient),
        bool(expression.args.get("exists")),
        comments[0] if comments and expression.kind not in ("TABLE", "VIEW") else None,
        {"VIEW": statement, "FUNCTION": _signature(expression)}.get(expression.kind),
    )


def query(statement: str) -> str:
    """The query of a CREATE VIEW: what follows the first AS outside of parentheses."""
    depth = 0
    for token in Snowflake().tokenize(statement):
        if token.token_type is TokenType.L_PAREN:
            depth += 1
        elif token.token_type is TokenType.R_PAREN:
            depth -= 1
        elif token.token_type is TokenType.ALIAS and depth == 0:
            return statement[token.end + 1 :].strip()
    raise AssertionError(f"a view without a query: {statement}")


def _signature(create: exp.Create) -> str | None:
    function = create.this
    if not isinstance(function, exp.UserDefinedFunction):
        return None
    kinds = ", ".join(_type(column.kind) for column in function.expressions)
    returns = create.find(exp.ReturnsProperty)
    return f"{stored(function.this.this)}({kinds}) RETURN {_type(returns.this) if returns else 'VARIANT'}"


def _type(kind: exp.DataType) -> str:
    name = kind.sql(dialect="snowflake").split("(")[0]
    return "NUMBER" if kind.this in (*exp.DataType.INTEGER_TYPES, exp.DataType.Type.DECIMAL) else name
