"""One statement out of the text a client sent, free of comments.

The stock server applied a statement followed by ``; -- comment`` and then answered with an error, so that a client's
retry applied it twice; a comment before MERGE or BEGIN broke them.
"""

from __future__ import annotations

from itertools import pairwise

from snowflake.connector.errors import ProgrammingError
from sqlglot.dialects.snowflake import Snowflake
from sqlglot.errors import TokenError
from sqlglot.tokenizer_core import Token, TokenType

VERBATIM = frozenset({"PUT", "GET", "LIST", "LS", "REMOVE", "RM"})
"""Commands whose unquoted paths (``file:///x``) look like comments."""


def single(text: str) -> str:
    """The one statement in ``text``, with comments and semicolons around it and comments inside it removed.

    Raises:
        ProgrammingError: 000900 for no statement at all, 000008 for more than one.
    """
    if text.split(None, 1)[:1] and text.split(None, 1)[0].upper() in VERBATIM:
        return text.strip().rstrip(";")
    tokens = _between_semicolons(_tokens(text))
    if not tokens:
        raise ProgrammingError(msg="SQL compilation error:\nEmpty SQL Statement.", errno=900, sqlstate="42601")
    if any(token.token_type is TokenType.SEMICOLON for token in tokens):
        count = sum(
            left.token_type is not TokenType.SEMICOLON and right.token_type is TokenType.SEMICOLON
            for left, right in pairwise(tokens)
        )
        raise ProgrammingError(
            msg=f"Actual statement count {count + 1} did not match the desired statement count 1.",
            errno=8,
            sqlstate="0A000",
        )
    return _without_gaps(text, tokens)


def _tokens(text: str) -> list[Token]:
    try:
        return Snowflake().tokenize(text)
    except TokenError as error:
        raise ProgrammingError(msg=f"SQL compilation error:\n{error}", errno=1003, sqlstate="42000") from error


def _between_semicolons(tokens: list[Token]) -> list[Token]:
    start, end = 0, len(tokens)
    while start < end and tokens[start].token_type is TokenType.SEMICOLON:
        start += 1
    while end > start and tokens[end - 1].token_type is TokenType.SEMICOLON:
        end -= 1
    return tokens[start:end]


def _without_gaps(text: str, tokens: list[Token]) -> str:
    """The text of ``tokens``; whatever stands between two of them and is not white space is a comment."""
    parts = [_word(text, tokens[0])]
    for left, right in pairwise(tokens):
        gap = text[left.end + 1 : right.start]
        parts += [gap if not gap.strip() else " ", _word(text, right)]
    return "".join(parts)


def _word(text: str, token: Token) -> str:
    """The token's text; a bound value that is cast at once (``?::DATE``) is not the one operator it is elsewhere."""
    return "? ::" if token.token_type is TokenType.QDCOLON else text[token.start : token.end + 1]
