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
from fakesnow.transforms import SERVER_VERSION
from snowflake.connector.errors import Error
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from lab_snowflake import chunks, errors, protocol, sending
from lab_snowflake.account.current import Current
from lab_snowflake.chunks import Chunks
from lab_snowflake.detached import Detached
from lab_snowflake.instance import Warehouse
from lab_snowflake.login import Attempt, admitted
from lab_snowflake.session import Session
from lab_snowflake.sessions import SESSION_SECONDS, TOKEN_SECONDS, Sessions
from lab_snowflake.settings import Settings
from lab_snowflake.several import Several
from lab_snowflake.staging import commands, transfers
from lab_snowflake.staging.bucket import Bucket
from lab_snowflake.staging.permits import Permits

logger = logging.getLogger("lab_snowflake")

STATEMENTS_AT_ONCE = 256
"""Threads for statements: writers that wait for the lock must leave one for the writer that holds it."""

REQUESTS_REMEMBERED = 1000

Data = dict[str, Any]


@dataclass
class Front:
    """What the routes share: the warehouse, whom it lets in and the sessions."""

    warehouse: Warehouse
    settings: Settings
    sessions: Sessions
    requests: OrderedDict[str, Future[Data]] = field(default_factory=OrderedDict)
    guard: threading.Lock = field(default_factory=threading.Lock)
    detached: Detached = field(init=False)
    several: Several = field(default_factory=Several)
    permits: Permits = field(default_factory=Permits)
    chunks: Chunks = field(default_factory=Chunks)

    def __post_init__(self) -> None:
        self.detached = Detached(self.warehouse.results)

    def session(self, request: Request) -> Session:
        """The session that ``request`` belongs to.

        Raises:
            DatabaseError: 390111 or 390112, the token stands for no session (any more).
        """
        return self.sessions.find(_token(request))

    def open(self, database: str | None, schema: str | None, parameters: Data) -> Session:
        """A new session; those whose clients are gone are closed first."""
        for unused in self.sessions.unused():
            unused.close()
        return self.warehouse.connect(database, schema, parameters)

    def cut(self, request: Request) -> protocol.Cut:
        """How a result is sent in the answer to ``request``."""
        return partial(self.chunks.cut, address=str(request.base_url).rstrip("/"))

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


def app(warehouse: Warehouse, settings: Settings, sessions: Sessions | None = None) -> Starlette:
    """The server's ASGI application."""
    warehouse.ensure_user(settings.user.upper())
    front = Front(warehouse, settings, sessions or Sessions())
    threads = anyio.CapacityLimiter(STATEMENTS_AT_ONCE)
    bucket = Bucket(warehouse.stages, warehouse.scratch, front.permits)

    def route(path: str, endpoint: Callable[..., Awaitable[Data | None]], method: str = "POST") -> Route:
        return Route(path, partial(_answer, endpoint, front, threads), methods=[method])

    return Starlette(
        routes=[
            route("/session/v1/login-request", login),
            route("/queries/v1/query-request", query),
            route("/queries/v1/abort-request", cancel),
            route("/session", session),
            route("/session/token-request", renew),
            route("/session/heartbeat", heartbeat),
            route("/telemetry/send", nothing),
            route("/monitoring/queries/{query_id}", monitoring, "GET"),
            route("/queries/{query_id}/result", result, "GET"),
            Route(chunks.PATH, partial(chunk, front, threads), methods=["GET"]),
            Route(f"/{transfers.BUCKET}/{{path:path}}", bucket.answer, methods=["GET", "HEAD", "PUT"]),
        ]
    )


async def login(front: Front, request: Request, threads: anyio.CapacityLimiter) -> Data:
    """Open a session for a user who shows a password or a signed token."""
    data = (await protocol.body(request))["data"]
    attempt = Attempt.of(data)
    user = await anyio.to_thread.run_sync(admitted, attempt, front.warehouse, front.settings, limiter=threads)
    database, schema, role, warehouse = (
        normalise_ident(value) if (value := request.query_params.get(key)) else None
        for key in ("databaseName", "schemaName", "roleName", "warehouse")
    )
    parameters = data.get("SESSION_PARAMETERS") or {}
    opened = await anyio.to_thread.run_sync(front.open, database, schema, parameters, limiter=threads)
    try:
        duck = opened.connection._duck_conn
        opened.connection.current = Current.at_login(duck, attempt.account or user.name, user, role, warehouse)
    except Error:
        await anyio.to_thread.run_sync(opened.close, limiter=threads)
        raise
    token, master = front.sessions.open(opened)
    return {
        "token": token,
        "validityInSeconds": TOKEN_SECONDS,
        "masterToken": master,
        "masterValidityInSeconds": SESSION_SECONDS,
        "sessionId": opened.id,
        "serverVersion": SERVER_VERSION,
        "parameters": [
            *protocol.zone(opened),
            {"name": "AUTOCOMMIT", "value": opened.parameters.autocommit},
            {"name": "CLIENT_TELEMETRY_ENABLED", "value": False},
            {"name": "CLIENT_SESSION_KEEP_ALIVE_HEARTBEAT_FREQUENCY", "value": 3600},
            {"name": "CLIENT_STAGE_ARRAY_BINDING_THRESHOLD", "value": 0},
        ],
        "sessionInfo": {
            "databaseName": opened.connection.database,
            "schemaName": opened.connection.schema,
            "roleName": opened.connection.current.role,
            "warehouseName": opened.connection.current.warehouse,
        },
    }


async def query(front: Front, request: Request, threads: anyio.CapacityLimiter) -> Data:
    """Run a statement, or describe what it would return."""
    current = front.session(request)
    body = await protocol.body(request)
    values, rows = protocol.bindings(body.get("bindings") or {})

    said = (body.get("parameters") or {}).get("MULTI_STATEMENT_COUNT")
    count = current.parameters.statement_count if said is None else int(said)

    def work() -> Data:
        if count != 1 and not body.get("describeOnly"):
            if body.get("asyncExec"):
                raise errors.unsupported("several statements at once that run by themselves")
            answers = front.several.run(current, body["sqlText"], count, bound=bool(values or rows))
            return protocol.several(current, answers)
        if body.get("asyncExec"):
            if commands.moves_files(body["sqlText"]):
                raise errors.unsupported("PUT and GET that run by themselves")
            query_id = front.detached.start(current, partial(current.execute, body["sqlText"], values, rows))
            return protocol.detached(query_id)
        if body.get("describeOnly"):
            return protocol.description(current, current.describe(body["sqlText"]))
        answer = current.execute(body["sqlText"], values, rows)
        moved = protocol.transfer(answer, request, front.permits, bound=values is not None)
        return moved or protocol.result(current, answer, front.cut(request), batch=rows is not None)

    request_id = request.query_params.get("requestId") or secrets.token_hex()
    return await anyio.to_thread.run_sync(front.once, request_id, work, limiter=threads)


async def renew(front: Front, request: Request, _threads: anyio.CapacityLimiter) -> Data:
    """A further token for the session whose master token the client shows."""
    master = _token(request)
    token, renewed = front.sessions.renew(master)
    return {
        "sessionToken": token,
        "validityInSecondsST": TOKEN_SECONDS,
        "masterToken": master,
        "validityInSecondsMT": SESSION_SECONDS,
        "sessionId": renewed.id,
    }


async def heartbeat(front: Front, request: Request, _threads: anyio.CapacityLimiter) -> None:
    """A sign of life, by which the session is kept."""
    front.session(request)


async def cancel(front: Front, request: Request, _threads: anyio.CapacityLimiter) -> None:
    """Stop what the session is running; the statement fails with 000604 and leaves nothing."""
    front.session(request).interrupt()


async def session(front: Front, request: Request, threads: anyio.CapacityLimiter) -> None:
    """Close the session when asked to (``?delete=true``); what it did not commit is undone."""
    if request.query_params.get("delete"):
        ended = front.sessions.end(_token(request))
        await anyio.to_thread.run_sync(ended.close, limiter=threads)


async def monitoring(front: Front, request: Request, _threads: anyio.CapacityLimiter) -> Data:
    """The state of a query, of whichever session."""
    front.session(request)
    return {"queries": [front.detached.state(request.path_params["query_id"])]}


async def result(front: Front, request: Request, threads: anyio.CapacityLimiter) -> Data:
    """The result of a query that has ended; of one that runs, that it runs."""
    current, query_id = front.session(request), request.path_params["query_id"]
    if answer := front.several.find(query_id):
        return protocol.result(current, answer, front.cut(request), batch=False)
    found = front.detached.find(query_id)
    if not found.ended:
        return protocol.detached(query_id)
    if found.error:
        raise found.error
    answer = await anyio.to_thread.run_sync(current.fetch, query_id, limiter=threads)
    return protocol.result(current, answer, front.cut(request), batch=False)


async def chunk(front: Front, threads: anyio.CapacityLimiter, request: Request) -> Response:
    """A part of a large result; HTTP 410 where the result is gone."""
    token, number = request.path_params["token"], request.path_params["number"]
    found = await anyio.to_thread.run_sync(front.chunks.find, token, number, limiter=threads)
    if found is None:
        return Response("The result is not kept any more: fetch it before many others, or run the query again.", 410)
    return Response(found.to_pybytes(), media_type="application/vnd.apache.arrow.stream")


async def nothing(_front: Front, _request: Request, _threads: anyio.CapacityLimiter) -> None:
    """An answer to what needs none."""


async def _answer(
    endpoint: Callable[..., Awaitable[Data | None]], front: Front, threads: anyio.CapacityLimiter, request: Request
) -> Response:
    """``endpoint``'s data, or its failure: always HTTP 200, for clients send anything else again for minutes."""
    try:
        return sending.response(protocol.success(await endpoint(front, request, threads)))
    except Error as error:
        failed = error
    except Exception as error:
        logger.exception("%s failed", request.url.path)
        failed = errors.to_snowflake(error)
    logger.info("%s: %06d %s", request.url.path, failed.errno or 0, failed.raw_msg)
    return sending.response(protocol.failure(failed))


def _token(request: Request) -> str:
    return request.headers.get("Authorization", "").removeprefix('Snowflake Token="').removesuffix('"')
