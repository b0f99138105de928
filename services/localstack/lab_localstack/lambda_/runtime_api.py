"""The Lambda Runtime API, served to one runtime process.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html: the process asks for the next invocation, which is
answered when there is one, and posts its response or error.
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from enum import StrEnum, auto
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import SimpleQueue

VERSION = "/2018-06-01/runtime"


@dataclass(frozen=True)
class Invocation:
    """What the function is given."""

    request_id: str
    function_arn: str
    deadline_ms: int
    trace_id: str
    payload: bytes


class Event(StrEnum):
    """What the process has just done."""

    READY = auto()
    RESPONSE = auto()
    ERROR = auto()
    INIT_ERROR = auto()


@dataclass(frozen=True)
class Said:
    """An event with what came along with it: the response, or the error, as the process wrote it."""

    event: Event
    body: bytes = b""
    request_id: str = ""


@dataclass
class RuntimeApi:
    """A server on a free loopback port; `invocations` go in, what the process says comes out of `said`."""

    invocations: SimpleQueue[Invocation | None] = field(default_factory=SimpleQueue)
    said: SimpleQueue[Said] = field(default_factory=SimpleQueue)

    def __post_init__(self) -> None:
        self._server = _Server(self)
        threading.Thread(target=self._server.serve_forever, name="lambda-runtime-api", daemon=True).start()

    @property
    def address(self) -> str:
        """`host:port`, as the process finds it in AWS_LAMBDA_RUNTIME_API."""
        return f"127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        """Stop serving; a request for the next invocation that is waiting ends."""
        self.invocations.put(None)
        threading.Thread(target=self._shut_down, name="lambda-runtime-api-end", daemon=True).start()

    def _shut_down(self) -> None:
        self._server.shutdown()  # waits for half a second at worst, which no invocation should
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, api: RuntimeApi) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.api = api


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server
    # An answer leaves as one packet, at once: headers and body apart cost 40 ms an invocation (Nagle, delayed ACK).
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        if self.path != f"{VERSION}/invocation/next":
            self._answer(HTTPStatus.NOT_FOUND, {"errorMessage": f"no such path: {self.path}"})
            return
        self.server.api.said.put(Said(Event.READY))
        invocation = self.server.api.invocations.get()
        if invocation is None:
            self.close_connection = True
            return
        self.send_response(HTTPStatus.OK)
        for name, value in _headers(invocation).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(invocation.payload)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        match self.path.removeprefix(VERSION).strip("/").split("/"):
            case ["invocation", request_id, "response"]:
                said = Said(Event.RESPONSE, body, request_id)
            case ["invocation", request_id, "error"]:
                said = Said(Event.ERROR, body, request_id)
            case ["init", "error"]:
                said = Said(Event.INIT_ERROR, body)
            case _:
                self._answer(HTTPStatus.NOT_FOUND, {"errorMessage": f"no such path: {self.path}"})
                return
        self._answer(HTTPStatus.ACCEPTED, {"status": "OK"})
        self.wfile.flush()
        self.server.api.said.put(said)

    def _answer(self, status: HTTPStatus, document: dict[str, str]) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: LocalStack's log is no place for a line per poll."""


def _headers(invocation: Invocation) -> dict[str, str]:
    return {
        "Content-Type": "application/json",
        "Content-Length": str(len(invocation.payload)),
        "Lambda-Runtime-Aws-Request-Id": invocation.request_id,
        "Lambda-Runtime-Deadline-Ms": str(invocation.deadline_ms),
        "Lambda-Runtime-Invoked-Function-Arn": invocation.function_arn,
        "Lambda-Runtime-Trace-Id": invocation.trace_id,
    }
