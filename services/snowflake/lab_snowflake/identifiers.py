"""Names given as values: what IDENTIFIER(…) stands for takes its place before anything is parsed.

The value is bound, a text or a session variable. The connector's write_pandas names tables, stages and file formats
this way; the parser knows few of these places.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from snowflake.connector.errors import ProgrammingError
from sqlglot import Expr, exp
from sqlglot.dialects.snowflake import Snowflake
from sqlglot.tokenizer_core import Token, TokenType

PART = r'(?:"(?:[^"]|"")+"|[A-Za-z_][\w$]*)'
VARIABLE = re.compile(r"\bIDENTIFIER\s*\(\s*\$(\w+)\s*\)", re.IGNORECASE)
NAME = re.compile(rf"{PART}(?:\.{PART}){{0,2}}")


def named(statement: str, bound: Any) -> tuple[str, Any]:
    """``statement`` with the names in it, and the bound values that are left.

    Raises:
        ProgrammingError: 001003, a value that is no name.
    """
    if not re.search(r"\bIDENTIFIER\s*\(", statement, re.IGNORECASE):
        return statement, bound
    tokens = Snowflake().tokenize(statement)
    values = list(bound) if isinstance(bound, list | tuple) else []
    places = [place for place, token in enumerate(tokens) if token.token_type is TokenType.PLACEHOLDER]
    used: list[int] = []
    for place in range(len(tokens) - 4, -1, -1):
        if not _is_call(tokens[place : place + 4]):
            continue
        given = tokens[place + 2]
        if given.token_type is TokenType.STRING:
            name = given.text
        elif place + 2 in places and len(values) == len(places):
            used.append(places.index(place + 2))
            name = str(values[used[-1]])
        else:
            continue
        statement = f"{statement[: tokens[place].start]}{_checked(name)}{statement[tokens[place + 3].end + 1 :]}"
    left = tuple(value for number, value in enumerate(values) if number not in used)
    return statement, (left or None) if used else bound


def of_variables(statement: str, variables: Mapping[str, str]) -> str:
    """``statement`` with the values of session variables, as SQL, in the names that they give."""
    by_name = {name.upper(): value for name, value in variables.items()}
    return VARIABLE.sub(lambda found: f"IDENTIFIER({by_name.get(found[1].upper(), '$' + found[1])})", statement)


def stored(identifier: Expr) -> str:
    """The name as Snowflake stores it: upper case unless quoted."""
    quoted = isinstance(identifier, exp.Identifier) and identifier.quoted
    return identifier.name if quoted else identifier.name.upper()


def quoted(*names: str) -> str:
    """Names as Snowflake stores them, joined by dots, for DuckDB."""
    return ".".join(exp.to_identifier(name, quoted=True).sql(dialect="duckdb") for name in names)


def _is_call(tokens: list[Token]) -> bool:
    kinds = [token.token_type for token in tokens]
    return (
        tokens[0].text.upper() == "IDENTIFIER"
        and kinds[1] is TokenType.L_PAREN
        and kinds[2] in (TokenType.STRING, TokenType.PLACEHOLDER)
        and kinds[3] is TokenType.R_PAREN
    )


def _checked(name: str) -> str:
    if not NAME.fullmatch(name.strip()):
        raise ProgrammingError(
            msg=f"SQL compilation error:\ninvalid identifier '{name}': a name, or several joined by dots, is valid.",
            errno=1003,
            sqlstate="42000",
        )
    return name.strip()
