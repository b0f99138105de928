"""The open sessions, by their tokens: a token is renewed each hour, a session that nobody asks anything is forgotten.

Clients send the session's token with each request, and its master token to have a new one when the server says that the
old one has expired. Clients that end without a word would otherwise leave their transaction and temporary tables.

Source: https://docs.snowflake.com/en/user-guide/session-policies
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from snowflake.connector.errors import DatabaseError

from lab_snowflake import errors
from lab_snowflake.session import Session

TOKEN_SECONDS = 3600
SESSION_SECONDS = 4 * TOKEN_SECONDS
"""How long a session is kept after its client's last request: Snowflake's own limits, as those of a token."""


@dataclass(slots=True)
class Opened:
    """A session with the tokens that stand for it, and when each of them expires."""

    session: Session
    master: str
    seen: float
    tokens: dict[str, float] = field(default_factory=dict)


class Sessions:
    """The sessions of all clients. ``clock`` tells seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._guard = threading.Lock()
        self._by_token: dict[str, Opened] = {}
        self._by_master: dict[str, Opened] = {}

    def open(self, session: Session) -> tuple[str, str]:
        """A token and the master token of a new session."""
        opened = Opened(session, secrets.token_urlsafe(32), self._clock())
        with self._guard:
            self._by_master[opened.master] = opened
            return self._issue(opened), opened.master

    def renew(self, master: str) -> tuple[str, Session]:
        """A further token of the session whose master token this is.

        Raises:
            DatabaseError: 390114, there is no such session (any more).
        """
        with self._guard:
            if (opened := self._by_master.get(master)) is None:
                raise _gone(errors.MASTER_TOKEN_EXPIRED)
            opened.seen = self._clock()
            return self._issue(opened), opened.session

    def find(self, token: str) -> Session:
        """The session that a token stands for.

        Raises:
            DatabaseError: 390112, the token must be renewed; 390111, there is no such session (any more).
        """
        with self._guard:
            if (opened := self._by_token.get(token)) is None:
                raise _gone(errors.SESSION_GONE)
            if opened.tokens[token] <= self._clock():
                raise DatabaseError(
                    msg="Session token has expired; renew it by the master token.",
                    errno=errors.TOKEN_EXPIRED,
                    sqlstate="08001",
                )
            opened.seen = self._clock()
            return opened.session

    def end(self, token: str) -> Session:
        """Take a session out; whoever calls closes it.

        Raises:
            DatabaseError: 390111, there is no such session (any more).
        """
        with self._guard:
            if (opened := self._by_token.get(token)) is None:
                raise _gone(errors.SESSION_GONE)
            self._forget(opened)
            return opened.session

    def unused(self) -> list[Session]:
        """Take out the sessions that nobody has asked anything for too long and that run nothing.

        Whoever calls closes them.
        """
        with self._guard:
            latest = self._clock() - SESSION_SECONDS
            found = [
                opened
                for opened in self._by_master.values()
                if opened.seen <= latest and not opened.session.transaction.is_busy
            ]
            for opened in found:
                self._forget(opened)
        return [opened.session for opened in found]

    def _issue(self, opened: Opened) -> str:
        token = secrets.token_urlsafe(32)
        opened.tokens[token] = self._clock() + TOKEN_SECONDS
        self._by_token[token] = opened
        return token

    def _forget(self, opened: Opened) -> None:
        for token in opened.tokens:
            del self._by_token[token]
        del self._by_master[opened.master]


def _gone(errno: int) -> DatabaseError:
    return DatabaseError(
        msg="The session is unknown to the local warehouse: it ended, or the server was restarted. Connect again.",
        errno=errno,
        sqlstate="08003",
    )
