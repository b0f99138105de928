"""The local warehouse as a process of its own: for the tests of the server and of its clients."""

import os
import socket
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

import pytest
import snowflake.connector
from snowflake.connector import SnowflakeConnection

ROOT = Path(__file__).resolve().parents[1]
START = ROOT / "services" / "snowflake" / "start"
STOCK = (
    "import sys, uvicorn; from fakesnow.server import app; uvicorn.run(app, port=int(sys.argv[1]), log_level='error')"
)
READY_WITHIN = 60
ENDLESS = (
    "INSERT INTO T SELECT COUNT(*) FROM TABLE(GENERATOR(ROWCOUNT => 1000000)) a, "
    "TABLE(GENERATOR(ROWCOUNT => 1000000)) b WHERE RANDOM() > 0"
)
"""A statement into a table T that only a stop ends."""


class Server:
    """A warehouse on a free port, with its state in `var`."""

    def __init__(self, var: Path, *, port: int | None = None, stock: bool = False, protocol: str = "http") -> None:
        self.var = var
        self.protocol = protocol
        self.port = port or free_port()
        command = [sys.executable, "-c", STOCK, str(self.port)] if stock else [str(START)]
        with (var / "log").open("ab") as log:
            self.process = subprocess.Popen(command, env=self._environment(), stdout=log, stderr=log)
        self._wait_until_ready()

    def connect(self, database: str | None = None, schema: str | None = None, **options: object) -> SnowflakeConnection:
        given = {"user": "lab", "password": "lab", "login_timeout": 10, "network_timeout": 30, **options}
        return snowflake.connector.connect(
            account="lab",
            host="localhost" if self.protocol == "https" else "127.0.0.1",
            port=self.port,
            protocol=self.protocol,
            database=database,
            schema=schema,
            **given,
        )

    def new_database(self) -> str:
        """A database of its own name, with a schema S."""
        name = f"DB_{uuid.uuid4().hex[:8]}".upper()
        with self.connect() as connection:
            connection.execute_string(f"CREATE DATABASE {name}; CREATE SCHEMA {name}.S;")
        return name

    def kill(self) -> None:
        """As kill -9."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """As supervisord stops it; returns the exit code."""
        self.process.terminate()
        return self.process.wait(20)

    def _environment(self) -> dict[str, str]:
        ours = {"LAB_VAR": str(self.var), "SNOWFLAKE_PORT": str(self.port), "SNOWFLAKE_PROTOCOL": self.protocol}
        login = {"SNOWFLAKE_USER": "lab", "SNOWFLAKE_PASSWORD": "lab", "AWS_DEFAULT_REGION": "us-east-1"}
        return {**os.environ, **ours, **login, "LAB_ENVS": str(Path(sys.prefix).parent)}

    def _wait_until_ready(self) -> None:
        deadline = monotonic() + READY_WITHIN
        while monotonic() < deadline and self.process.poll() is None:
            with socket.socket() as probe:
                probe.settimeout(0.2)
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
        pytest.fail(f"the server did not start:\n{(self.var / 'log').read_text()[-2000:]}")


@contextmanager
def serving(var: Path, *, stock: bool = False, protocol: str = "http") -> Iterator[Server]:
    server = Server(var, stock=stock, protocol=protocol)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.stop()


@contextmanager
def trusted(var: Path) -> Iterator[Server]:
    """A server with TLS, trusted by the bundle it made as long as the context lasts."""
    with pytest.MonkeyPatch.context() as patch, serving(var, protocol="https") as running:
        patch.setenv("SNOWFLAKE_DISABLE_PLATFORM_DETECTION", "true")
        patch.setenv("REQUESTS_CA_BUNDLE", str(running.var / "tls" / "bundle.pem"))
        yield running


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
