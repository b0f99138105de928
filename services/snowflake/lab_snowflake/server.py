"""Snowflake's protocol, as far as its Python clients speak it: log in, query, upload, log out."""

from __future__ import annotations

import logging
import secrets
import threading
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import anyio.to_thread
from fakesnow import statement_type
from fakesnow.expr import normalise_ident
from fakesnow.server import bucket_upload
from fakesnow.transforms import SERVER_VERSION
from snowflake.connector.errors import DatabaseError, Error
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from lab_snowflake import errors, protocol
from lab_snowflake.detached import Detached
from lab_snowflake.instance import Warehouse
from lab_snowflake.session import Session
from lab_snowflake.settings import Settings

logger = logging.getLogger("lab_snowflake")

STATEMENTS_AT_ONCE = 256
"""Threads for statements: writers that wait for the lock must leave one for the writer that holds it."""

REQUESTS_REMEMBERED = 1000

Data = dict[str, Any]


@dataclass
class Front:
    """What the routes share: the warehouse, its one user and the sessions."""

    warehouse: Warehouse
    settings: Settings
    sessions: dict[str, Session] = field(default_factory=dict)
    requests: OrderedDict[str, Future[Data]] = field(default_factory=OrderedDict)
    guard: threading.Lock = field(default_factory=threading.Lock)
    detached: Detached = field(init=False)

    def __post_init__(self) -> None:
        self.detached = Detached(self.warehouse.results)

    def session(self, request: Request) -> Session:
        """The session that ``request`` belongs to.

        Raises:
            DatabaseError: 390111, the server does not know the token (any more).
        """
        if found := self.sessions.get(_token(request)):
            return found
        raise DatabaseError(
            msg="The session is unknown to the local warehouse: it ended, or the server was restarted. Connect again.",
            errno=390_111,
            sqlstate="08003",
        )

    def once(self, request_id: str, work: Callable[[], Data]) -> Data:
        """``work``'s answer; a request sent again gets the first one's answer, so that nothing is applied twice."""
        with self.guard:
            known = self.requests.get(request_id)
            future = known or self.requests.setdefault(request_id, Future())
            while len(self.requests) > REQUESTS_REMEMBERED:
                self.requests.popitem(last=False)
        if known is None:
            self._run(request_id, future, work)
        return future.result()

    def _run(self, request_id: str, future: Future[Data], work: Callable[[], Data]) -> None:
        try:
            future.set_result(data := work())
        except Error as error:
            future.set_exception(error)
        else:
            if data.get("statementTypeId") == statement_type.SELECT:  # may be large, and can be read again
                with self.guard:
                    self.requests.pop(request_id, None)


def app(warehouse: Warehouse, settings: Settings) -> Starlette:
    """The server's ASGI application."""
    front = Front(warehouse, settings)
    threads = anyio.CapacityLimiter(STATEMENTS_AT_ONCE)

    def route(path: str, endpoint: Callable[..., Awaitable[Data | None]], method: str = "POST") -> Route:
        return Route(path, partial(_answer, endpoint, front, threads), methods=[method])

    return Starlette(
        routes=[
            route("/session/v1/login-request", login),
            route("/queries/v1/query-request", query),
            route("/queries/v1/abort-request", cancel),
            route("/session", session),
            route("/session/heartbeat", nothing),
            route("/telemetry/send", nothing),
            route("/monitoring/queries/{query_id}", monitoring, "GET"),
            route("/queries/{query_id}/result", result, "GET"),
            Route("/fs_bucket/{path:path}", bucket_upload, methods=["PUT"]),
        ]
    )


async def login(front: Front, request: Request, threads: anyio.CapacityLimiter) -> Data:
    """Open a session for the warehouse's user."""
    data = (await protocol.body(request))["data"]
    _require_user(front.settings, str(data.get("LOGIN_NAME", "")), str(data.get("PASSWORD", "")))
    database, schema = (
        normalise_ident(value) if (value := request.query_params.get(key)) else None
        for key in ("databaseName", "schemaName")
    )
    parameters = data.get("SESSION_PARAMETERS") or {}
    opened = await anyio.to_thread.run_sync(front.warehouse.connect, database, schema, parameters, limiter=threads)
    token = secrets.token_urlsafe(32)
    front.sessions[token] = opened
    return {
        "token": token,
        "sessionId": opened.id,
        "masterToken": secrets.token_urlsafe(32),
        "serverVersion": SERVER_VERSION,
        "parameters": [
            *protocol.UTC,
            {"name": "AUTOCOMMIT", "value": opened.parameters.autocommit},
            {"name": "CLIENT_TELEMETRY_ENABLED", "value": False},
            {"name": "CLIENT_SESSION_KEEP_ALIVE_HEARTBEAT_FREQUENCY", "value": 3600},
            {"name": "CLIENT_STAGE_ARRAY_BINDING_THRESHOLD", "value": 0},
        ],
        "sessionInfo": {"databaseName": opened.connection.database, "schemaName": opened.connection.schema},
    }


async def query(front: Front, request: Request, threads: anyio.CapacityLimiter) -> Data:
    """Run a statement, or describe what it would return."""
    current = front.session(request)
    body = await protocol.body(request)
    values, rows = protocol.bindings(body.get("bindings") or {})

    def work() -> Data:
        if body.get("asyncExec"):
            query_id = front.detached.start(current, partial(current.execute, body["sqlText"], values, rows))
            return protocol.detached(query_id)
        if body.get("describeOnly"):
            return protocol.description(current, current.describe(body["sqlText"]))
        answer = current.execute(body["sqlText"], values, rows)
        sent = protocol.upload(answer, request, bound=values is not None)
        return sent or protocol.result(current, answer, batch=rows is not None)

    request_id = request.query_params.get("requestId") or secrets.token_hex()
    return await anyio.to_thread.run_sync(front.once, request_id, work, limiter=threads)


async def cancel(front: Front, request: Request, _threads: anyio.CapacityLimiter) -> None:
    """Stop what the session is running; the statement fails with 000604 and leaves nothing."""
    front.session(request).interrupt()


async def session(front: Front, request: Request, threads: anyio.CapacityLimiter) -> None:
    """Close the session when asked to (``?delete=true``); what it did not commit is undone."""
    ended = front.session(request)
    if request.query_params.get("delete"):
        front.sessions.pop(_token(request), None)
        await anyio.to_thread.run_sync(ended.close, limiter=threads)


async def monitoring(front: Front, request: Request, _threads: anyio.CapacityLimiter) -> Data:
    """The state of a query, of whichever session."""
    front.session(request)
    return {"queries": [front.detached.state(request.path_params["query_id"])]}


async def result(front: Front, request: Request, threads: anyio.CapacityLimiter) -> Data:
    """The result of a query that has ended; of one that runs, that it runs."""
    current, query_id = front.session(request), request.path_params["query_id"]
    found = front.detached.find(query_id)
    if not found.ended:
        return protocol.detached(query_id)
    if found.error:
        raise found.error
    scan = partial(current.execute, "SELECT * FROM TABLE(RESULT_SCAN(?))", (query_id,))
    return protocol.result(current, await anyio.to_thread.run_sync(scan, limiter=threads), batch=False)


async def nothing(_front: Front, _request: Request, _threads: anyio.CapacityLimiter) -> None:
    """An answer to what needs none."""


async def _answer(
    endpoint: Callable[..., Awaitable[Data | None]], front: Front, threads: anyio.CapacityLimiter, request: Request
) -> JSONResponse:
    """``endpoint``'s data, or its failure: always HTTP 200, for clients send anything else again for minutes."""
    try:
        return JSONResponse(protocol.success(await endpoint(front, request, threads)))
    except Error as error:
        failed = error
    except Exception as error:
        logger.exception("%s failed", request.url.path)
        failed = errors.to_snowflake(error)
    logger.info("%s: %06d %s", request.url.path, failed.errno or 0, failed.raw_msg)
    return JSONResponse(protocol.failure(failed))


def _token(request: Request) -> str:
    return request.headers.get("Authorization", "").removeprefix('Snowflake Token="').removesuffix('"')


def _require_user(settings: Settings, name: str, password: str) -> None:
    same = secrets.compare_digest(password.encode(), settings.password.encode())
    if name.upper() != settings.user.upper() or not same:
        raise DatabaseError(msg="Incorrect username or password was specified.", errno=390_100, sqlstate="08001")
