"""The COPY statements that ran, for VALIDATE to look into their files again. They do not outlive the server."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from lab_snowflake.copying.plan import Load
from lab_snowflake.staging.files import StagedFile

KEPT = 1_000


@dataclass(frozen=True, slots=True)
class Copy:
    """A COPY and the files that it loaded, or was to load."""

    query_id: str
    session_id: int
    load: Load
    files: list[StagedFile]


class Copies:
    """The COPY statements of all sessions, the newest ``KEPT`` of them."""

    def __init__(self) -> None:
        self._copies: deque[Copy] = deque(maxlen=KEPT)

    def note(self, copy: Copy) -> None:
        """A COPY begins to load."""
        self._copies.append(copy)

    def find(self, query_id: str) -> Copy | None:
        """The COPY of this id."""
        return next((copy for copy in list(self._copies) if copy.query_id == query_id), None)

    def last(self, session_id: int) -> Copy | None:
        """The last COPY of a session."""
        return next((copy for copy in list(self._copies)[::-1] if copy.session_id == session_id), None)
