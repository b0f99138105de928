"""A statement word by word, for statements that the parser does not take apart."""

from __future__ import annotations

import re
from typing import NamedTuple

from snowflake.connector.errors import ProgrammingError
from sqlglot.dialects.snowflake import Snowflake
from sqlglot.tokenizer_core import TokenType

TEXTS = (TokenType.STRING, TokenType.NUMBER)
QUOTED = (TokenType.IDENTIFIER, TokenType.STRING)


class Word(NamedTuple):
    """A word as it stands, what it is, and where it begins."""

    text: str
    token_type: TokenType
    start: int


def like(pattern: str) -> re.Pattern[str]:
    """The names that ``LIKE`` chooses in a SHOW: ``%`` for any text, ``_`` for a sign, in upper or lower case."""
    signs = {"%": ".*", "_": "."}
    return re.compile("".join(signs.get(sign, re.escape(sign)) for sign in pattern), re.IGNORECASE | re.DOTALL)


class Words:
    """The words that are left of a statement."""

    def __init__(self, statement: str) -> None:
        self._statement = statement
        self._tokens = [
            Word(part, token.token_type, token.start)
            for token in Snowflake().tokenize(statement)  # which takes some pairs of words for one
            for part in ([token.text] if token.token_type in QUOTED else token.text.split())
        ]

    def __bool__(self) -> bool:
        return bool(self._tokens)

    def take(self, *words: str) -> bool:
        """Take ``words`` if they come next; whether they did."""
        next_words = self._tokens[: len(words)]
        if [token.text.upper() for token in next_words if token.token_type is not TokenType.STRING] != list(words):
            return False
        del self._tokens[: len(words)]
        return True

    def one_of(self, *choices: str) -> str | None:
        """Take the first of ``choices``, each one or more words, that comes next."""
        return next((choice for choice in choices if self.take(*choice.split())), None)

    def word(self) -> str:
        """The next word, in upper case."""
        return self._next().text.upper()

    def name(self) -> str:
        """The next name as Snowflake stores it, in parts joined by dots: upper case unless quoted."""
        return ".".join(self.parts())

    def parts(self) -> list[str]:
        """The parts of the next name, which may hold dots themselves."""
        parts = [self._part()]
        while self.take("."):
            parts.append(self._part())
        return parts

    def value(self) -> str:
        """The next value: a text, a number, a word, or a list of them in parentheses, joined by commas."""
        if not self.take("("):
            sign = "-" if self.take("-") else ""
            token = self._next()
            return sign + (token.text if token.token_type in TEXTS else token.text.upper())
        values = []
        while not self.take(")"):
            if not self.take(","):
                values.append(self.value())
        return ",".join(values)

    def until(self, *ends: str) -> list[str]:
        """The words before the next of ``ends``, in upper case; all that are left when none comes."""
        found = []
        while self._tokens and self._tokens[0].text.upper() not in ends:
            found.append(self._tokens.pop(0).text.upper())
        return found

    def is_next(self, word: str, place: int = 0) -> bool:
        """Whether ``word`` comes after ``place`` others."""
        return len(self._tokens) > place and self._tokens[place].text.upper() == word

    def end(self) -> None:
        """Require that nothing is left.

        Raises:
            ProgrammingError: 001003, something is.
        """
        if self._tokens:
            raise self.unexpected()

    def unexpected(self) -> ProgrammingError:
        """The error for a word that cannot stand where it does."""
        found = f"'{self._tokens[0].text}'" if self._tokens else "'<EOF>'"
        place = self._tokens[0].start if self._tokens else len(self._statement)
        return ProgrammingError(
            msg=f"SQL compilation error:\nsyntax error line 1 at position {place} unexpected {found}.",
            errno=1003,
            sqlstate="42000",
        )

    def _part(self) -> str:
        token = self._next()
        return token.text if token.token_type in QUOTED else token.text.upper()

    def _next(self) -> Word:
        if not self._tokens:
            raise self.unexpected()
        return self._tokens.pop(0)
