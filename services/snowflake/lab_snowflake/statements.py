"""One statement out of the text a client sent, free of comments.

The stock server applied a statement followed by ``; -- comment`` and then answered with an error, so that a client's
retry applied it twice; a comment before MERGE or BEGIN broke them.
"""

from __future__ import annotations

import re
from itertools import pairwise

from snowflake.connector.errors import ProgrammingError
from sqlglot.dialects.snowflake import Snowflake
from sqlglot.errors import TokenError
from sqlglot.tokenizer_core import Token, TokenType

from lab_snowflake import refusals

VERBATIM = frozenset({"PUT", "GET", "LIST", "LS", "REMOVE", "RM"})
"""Commands whose unquoted paths (``file:///x``) look like comments."""

COMMENTS = re.compile(r"\A(?:\s|/\*.*?\*/|(?:--|//)[^\n]*(?:\n|\Z))+", re.DOTALL)
"""Those before a statement."""

DATA = VERBATIM | {"SELECT", "WITH", "VALUES", "INSERT", "UPDATE", "DELETE", "MERGE", "COPY", "TRUNCATE"}
"""What statements begin with that read or write rows and files; the others define, show or set something."""


def single(text: str) -> str:
    """The one statement in ``text``, with comments and semicolons around it and comments inside it removed.

    Raises:
        ProgrammingError: 000900 for no statement at all, 000008 for more than one.
    """
    command = COMMENTS.sub("", text)
    if command.split(None, 1)[:1] and command.split(None, 1)[0].upper() in VERBATIM:
        return command.strip().rstrip(";")
    found = split(text)
    if len(found) > 1:
        raise wrong_count(len(found), 1)
    return found[0]


def split(text: str) -> list[str]:
    """The statements in ``text``, at least one, free of comments.

    Raises:
        ProgrammingError: 000900 for no statement at all, 000002 for a scripting block.
    """
    tokens = _tokens(text)
    refusals.check_script([token.text for token in tokens[:2]])
    groups: list[list[Token]] = [[]]
    for token in tokens:
        if token.token_type is TokenType.SEMICOLON:
            groups.append([])
        else:
            groups[-1].append(token)
    found = [_without_gaps(text, group) for group in groups if group]
    if not found:
        raise ProgrammingError(msg="SQL compilation error:\nEmpty SQL Statement.", errno=900, sqlstate="42601")
    return found


def is_data(statement: str) -> bool:
    """Whether ``statement`` reads or writes rows or files."""
    return statement.split(None, 1)[0].upper() in DATA


def wrong_count(actual: int, desired: int) -> ProgrammingError:
    """The answer to a text of another number of statements than the client means."""
    return ProgrammingError(
        msg=f"Actual statement count {actual} did not match the desired statement count {desired}.",
        errno=8,
        sqlstate="0A000",
    )


def _tokens(text: str) -> list[Token]:
    try:
        return Snowflake().tokenize(text)
    except TokenError as error:
        raise ProgrammingError(msg=f"SQL compilation error:\n{error}", errno=1003, sqlstate="42000") from error


def _without_gaps(text: str, tokens: list[Token]) -> str:
    """The text of ``tokens``; whatever stands between two of them and is not white space is a comment."""
    if tokens[0].token_type in (TokenType.COMMAND, TokenType.EXECUTE):  # the rest is one token
        return f"{_word(text, tokens[0])} {''.join(token.text for token in tokens[1:])}".strip()
    parts = [_word(text, tokens[0])]
    for left, right in pairwise(tokens):
        gap = text[left.end + 1 : right.start]
        parts += [gap if not gap.strip() else " ", _word(text, right)]
    return "".join(parts)


def _word(text: str, token: Token) -> str:
    """The token's text; a bound value that is cast at once (``?::DATE``) is not the one operator it is elsewhere."""
    return "? ::" if token.token_type is TokenType.QDCOLON else text[token.start : token.end + 1]
