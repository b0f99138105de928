"""An Airflow of a few lines for tests: tokens, DAGs and DAG runs as its REST API shows them.

A run stays queued until the test lets it start, unless `starts_at_once`: then it starts as a scheduler would have it,
one run of a DAG at a time (max_active_runs=1).
"""

import json
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import RLock, Thread
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

Answer = tuple[int, dict[str, Any]]


@dataclass
class Run:
    """A DAG run: queued, running or success; while it runs, `task` of it is in `task_state`."""

    dag_id: str
    run_id: str
    state: str = "queued"
    task: str = "clean_viewership"
    task_state: str = "running"

    def document(self) -> dict[str, Any]:
        """As the API shows it."""
        return {"dag_id": self.dag_id, "dag_run_id": self.run_id, "state": self.state}


@dataclass
class FakeAirflow:
    """What it knows: DAGs and whether they are paused, runs in the order they were asked for, tokens given."""

    dags: dict[str, bool] = field(default_factory=lambda: {"viewership": False, "demographics": False})
    runs: list[Run] = field(default_factory=list)
    starts_at_once: bool = False
    broken: bool = False
    tokens_given: int = 0
    lock: RLock = field(default_factory=RLock)

    def token(self, credentials: dict[str, str]) -> Answer:
        """POST /auth/token: a new token; the ones before it are refused from then on."""
        if credentials != {"username": "admin", "password": "admin"}:
            return 401, {"detail": "Invalid credentials"}
        self.tokens_given += 1
        return 201, {"access_token": f"token-{self.tokens_given}"}

    def answer(  # noqa: PLR0911 - a table of answers
        self, method: str, path: str, query: dict[str, Any], body: dict[str, Any] | None
    ) -> Answer:
        """The answer to a call; `path` without /api/v2."""
        if self.broken:
            return 500, {"detail": "Internal Server Error"}
        with self.lock:
            match method, path.strip("/").split("/"):
                case "GET", ["version"]:
                    return 200, {"version": "3.3.2"}
                case _, ["dags", dag_id, *_] if dag_id not in self.dags:
                    return 404, {"detail": f"The Dag with ID: `{dag_id}` was not found"}
                case "GET", ["dags", dag_id]:
                    return 200, {"dag_id": dag_id, "is_paused": self.dags[dag_id]}
                case "GET", ["dags", dag_id, "dagRuns"]:
                    found = [run.document() for run in self.runs_of(dag_id, *query.get("state", []))]
                    return 200, {"dag_runs": found, "total_entries": len(found)}
                case "GET", ["dags", dag_id, "dagRuns", "~", "taskInstances"]:
                    found = [run for run in self.runs_of(dag_id, "running") if run.task_state in query["state"]]
                    tasks = [{"dag_run_id": run.run_id, "task_id": run.task, "state": run.task_state} for run in found]
                    return 200, {"task_instances": tasks, "total_entries": len(tasks)}
                case "POST", ["dags", dag_id, "dagRuns"]:
                    return self._start(dag_id, body or {})
                case _:
                    return 404, {"detail": "Not Found"}

    def runs_of(self, dag_id: str, *states: str) -> list[Run]:
        """The DAG's runs in these states; in any, when none is named."""
        return [run for run in self.runs if run.dag_id == dag_id and (not states or run.state in states)]

    def finish(self, run: Run) -> None:
        """End a run; the next one that is queued starts."""
        with self.lock:
            run.state = "success"
            self._schedule(run.dag_id)

    def _start(self, dag_id: str, body: dict[str, Any]) -> Answer:
        if "logical_date" not in body:
            return 422, {"detail": "logical_date: Field required"}
        if any(run.run_id == body["dag_run_id"] for run in self.runs_of(dag_id)):
            return 409, {"detail": "The Dag run already exists"}
        run = Run(dag_id, body["dag_run_id"])
        self.runs.append(run)
        document = run.document()
        self._schedule(dag_id)
        return 200, document

    def _schedule(self, dag_id: str) -> None:
        queued = self.runs_of(dag_id, "queued")
        if self.starts_at_once and queued and not self.runs_of(dag_id, "running"):
            queued[0].state = "running"


class JsonServer:
    """A server of JSON on loopback, for the time of a `with` block; subclasses say what it answers."""

    def __init__(self, port: int = 0) -> None:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1

            def _serve(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                status, document, headers = outer.respond(self.command, self.path, dict(self.headers), body)
                content = json.dumps(document).encode() if document is not None else b""
                self.send_response(status)
                for name, value in {"Content-Length": str(len(content)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PUT = _serve  # noqa: N815 - http.server's names

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def respond(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, dict[str, Any] | None, dict[str, str]]:
        """Status, document (None: empty) and headers of the answer."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        Thread(target=lambda: self._server.serve_forever(poll_interval=0.05), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class AirflowServer(JsonServer):
    """A FakeAirflow behind Airflow's own REST API."""

    def __init__(self, airflow: FakeAirflow, port: int = 0) -> None:
        super().__init__(port)
        self.airflow = airflow

    def respond(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, dict[str, Any] | None, dict[str, str]]:
        parts = urlsplit(path)
        document: Any = json.loads(body) if body else None
        if parts.path == "/auth/token":
            return *self.airflow.token(document), {}
        if headers.get("Authorization") != f"Bearer token-{self.airflow.tokens_given}":
            return 401, {"detail": "Invalid or expired token"}, {}
        call = parts.path.removeprefix("/api/v2")
        return *self.airflow.answer(method, call, dict(parse_qs(parts.query)), document), {}


class FakeAws(JsonServer):
    """What the two functions call of AWS: S3's PutObject, and MWAA's InvokeRestApi in front of a FakeAirflow."""

    def __init__(self, airflow: FakeAirflow | None = None) -> None:
        super().__init__()
        self.airflow = airflow or FakeAirflow()
        self.objects: dict[str, bytes] = {}
        self.puts: list[str] = []

    def respond(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, dict[str, Any] | None, dict[str, str]]:
        if path.startswith("/restapi/"):
            return self._invoke_rest_api(json.loads(body))
        key = unquote(urlsplit(path).path.lstrip("/"))
        self.puts.append(key)
        self.objects[key] = body
        return 200, None, {"ETag": '"00"'}

    def _invoke_rest_api(self, call: dict[str, Any]) -> tuple[int, dict[str, Any], dict[str, str]]:
        status, document = self.airflow.answer(
            call["Method"], call["Path"], call.get("QueryParameters") or {}, call.get("Body")
        )
        answer = {"RestApiStatusCode": status, "RestApiResponse": document}
        if status < 400:
            return 200, answer, {}
        error = "RestApiClientException" if status < 500 else "RestApiServerException"
        return 400, answer, {"x-amzn-ErrorType": error}
