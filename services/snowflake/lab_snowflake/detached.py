"""Statements that run by themselves: the client is given the query's id at once and asks for its state.

The stock server runs them at once as all others, and leaves a client that asks for an unknown id waiting. Here they run
in a thread, one after the other within their session; their results are kept as those of every statement.
"""

from __future__ import annotations

import logging
import threading
import uuid
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from snowflake.connector.errors import Error, ProgrammingError

from lab_snowflake import errors
from lab_snowflake.session import Answer, Session

logger = logging.getLogger("lab_snowflake")

REMEMBERED = 1000

State = dict[str, Any]
"""What Snowflake says of a query: its id, its status, and of a failure the code and the words."""


@dataclass(slots=True)
class Query:
    """A detached query: running until it has ended, with the error when it failed."""

    ended: bool = False
    error: Error | None = None


class Detached:
    """The detached queries of all sessions, the newest ``REMEMBERED`` of them."""

    def __init__(self, results: OrderedDict[str, Any]) -> None:
        self._results = results
        self._queries: OrderedDict[str, Query] = OrderedDict()
        self._latest: WeakKeyDictionary[Session, threading.Thread] = WeakKeyDictionary()
        self._guard = threading.Lock()

    def start(self, session: Session, work: Callable[..., Answer]) -> str:
        """Run ``work`` after what the session has started before; the query's id, by which its result is found."""
        query_id, query = str(uuid.uuid4()), Query()
        with self._guard:
            self._queries[query_id] = query
            while len(self._queries) > REMEMBERED:
                self._queries.popitem(last=False)
            thread = threading.Thread(
                target=self._run, args=(query_id, query, work, self._latest.get(session)), daemon=True
            )
            self._latest[session] = thread
        thread.start()
        return query_id

    def find(self, query_id: str) -> Query:
        """The query of this id, detached or not; one that nobody knows has failed, so that no client waits for it."""
        with self._guard:
            known = self._queries.get(query_id)
        if known is not None:
            return known
        return Query(ended=True, error=None if query_id in self._results else _unknown(query_id))

    def state(self, query_id: str) -> State:
        """The state of a query, as clients ask for it."""
        query = self.find(query_id)
        if not query.ended:
            return {"id": query_id, "status": "RUNNING"}
        return _failed(query_id, query.error) if query.error else {"id": query_id, "status": "SUCCESS"}

    def _run(self, query_id: str, query: Query, work: Callable[..., Answer], earlier: threading.Thread | None) -> None:
        try:
            if earlier is not None:
                earlier.join()
            work(query_id=query_id)
        except Exception as error:
            query.error = errors.to_snowflake(error)
            logger.info("query %s: %06d %s", query_id, query.error.errno or 0, query.error.raw_msg)
        finally:
            query.ended = True


def _failed(query_id: str, error: Error) -> State:
    return {
        "id": query_id,
        "status": "FAILED_WITH_ERROR",
        "errorCode": str(error.errno or errors.INTERNAL),
        "errorMessage": error.raw_msg or str(error),
    }


def _unknown(query_id: str) -> ProgrammingError:
    return ProgrammingError(
        msg=f"Query {query_id} is unknown to the local warehouse: it never ran here, or it is no longer remembered.",
        errno=709,
        sqlstate="02000",
    )
