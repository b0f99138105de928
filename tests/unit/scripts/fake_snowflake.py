"""A Snowflake account that shows what is in it, and takes every statement."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence


class FakeSnowflake:
    """A connection to it.

    Args:
        granted: the privileges on the account of every role.
        there: the comments of what is there, by kind and name: ``{"DATABASE MEDIA_STREAM": "mine"}``.
    """

    def __init__(self, *granted: str, there: Mapping[str, str] | None = None) -> None:
        self.executed: list[str] = []
        self._grants = [("2026-01-01", privilege, "ACCOUNT", "") for privilege in granted]
        self._there = there or {}

    def __enter__(self) -> FakeSnowflake:
        return self

    def __exit__(self, *_: object) -> None:
        """Closed."""

    def cursor(self, *_: object) -> FakeSnowflake:
        return self

    def execute(self, statement: str) -> Sequence[tuple[str, ...] | dict[str, str]]:
        """As Snowflake, LIKE takes ``_`` for any letter, and letters for those of either case."""
        self.executed.append(statement)
        if statement.startswith("SHOW GRANTS"):
            return self._grants
        shown = re.fullmatch(r"SHOW (.+)S LIKE '(.+)'", statement)
        return [*self._shown(shown[1], shown[2].replace("''", "'"))] if shown else []

    def _shown(self, kind: str, pattern: str) -> Iterator[dict[str, str]]:
        like = re.compile(re.escape(pattern).replace("_", "."), re.IGNORECASE)
        for name, comment in self._there.items():
            if name.startswith(f"{kind} ") and like.fullmatch(name.removeprefix(f"{kind} ")):
                yield {"name": name.removeprefix(f"{kind} "), "comment": comment}
