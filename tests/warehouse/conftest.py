"""The local warehouse as a process of its own, and the connector as its client.

`--stock` runs the same tests against fakesnow's own server: what fails there is what `lab_snowflake` mends.
"""

import os
import socket
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

import pytest
import snowflake.connector
from snowflake.connector import SnowflakeConnection
from snowflake.connector.cursor import SnowflakeCursor

ROOT = Path(__file__).resolve().parents[2]
START = ROOT / "services" / "snowflake" / "start"
STOCK = (
    "import sys, uvicorn; from fakesnow.server import app; uvicorn.run(app, port=int(sys.argv[1]), log_level='error')"
)
READY_WITHIN = 60

sys.path.insert(0, str(ROOT / "services" / "snowflake"))

Connect = Callable[..., SnowflakeConnection]
Run = Callable[..., SnowflakeCursor]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--stock", action="store_true", help="test fakesnow's own server, to see what is mended")


class Server:
    """A warehouse on a free port, with its state in `var`."""

    def __init__(self, var: Path, *, port: int | None = None, stock: bool = False) -> None:
        self.var = var
        self.port = port or free_port()
        command = [sys.executable, "-c", STOCK, str(self.port)] if stock else [str(START)]
        with (var / "log").open("ab") as log:
            self.process = subprocess.Popen(command, env=self._environment(), stdout=log, stderr=log)
        self._wait_until_ready()

    def connect(self, database: str | None = None, schema: str | None = None, **options: object) -> SnowflakeConnection:
        given = {"user": "lab", "password": "lab", **options}
        return snowflake.connector.connect(
            account="lab",
            host="127.0.0.1",
            port=self.port,
            protocol="http",
            database=database,
            schema=schema,
            login_timeout=10,
            network_timeout=30,
            **given,
        )

    def kill(self) -> None:
        """As kill -9."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """As supervisord stops it; returns the exit code."""
        self.process.terminate()
        return self.process.wait(20)

    def _environment(self) -> dict[str, str]:
        ours = {"LAB_VAR": str(self.var), "SNOWFLAKE_PORT": str(self.port), "SNOWFLAKE_PROTOCOL": "http"}
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
def serving(var: Path, *, stock: bool = False) -> Iterator[Server]:
    server = Server(var, stock=stock)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.stop()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Server]:
    """One server for all tests; each test has a database of its own."""
    os.environ["SNOWFLAKE_DISABLE_PLATFORM_DETECTION"] = "true"
    with serving(tmp_path_factory.mktemp("a warehouse"), stock=request.config.getoption("--stock")) as running:
        yield running


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Callable[[], Server]]:
    """Servers of the test's own over one state and port, to be killed and started again."""
    started: list[Server] = []
    port = free_port()

    def start() -> Server:
        started.append(Server(tmp_path, port=port))
        return started[-1]

    yield start
    for server in started:
        if server.process.poll() is None:
            server.stop()


@pytest.fixture
def database(server: Server) -> str:
    """A new database with a schema S."""
    name = f"DB_{uuid.uuid4().hex[:8]}".upper()
    with server.connect() as connection:
        connection.execute_string(f"CREATE DATABASE {name}; CREATE SCHEMA {name}.S;")
    return name


@pytest.fixture
def connect(server: Server, database: str) -> Iterator[Connect]:
    """Connections to the test's schema."""
    opened: list[SnowflakeConnection] = []

    def connected(**options: object) -> SnowflakeConnection:
        opened.append(server.connect(database, "S", **options))
        return opened[-1]

    yield connected
    for connection in opened:
        connection.close()


@pytest.fixture
def connection(connect: Connect) -> SnowflakeConnection:
    return connect()


@pytest.fixture
def run(connection: SnowflakeConnection) -> Run:
    """Run one statement in the test's schema."""
    return connection.cursor().execute


@pytest.fixture
def stage(run: Run, tmp_path: Path) -> Callable[[str, str], None]:
    """Put a file into the stage FILES: `stage("a.csv", "1,x")`."""
    run("CREATE STAGE FILES")

    def put(name: str, content: str) -> None:
        path = tmp_path / name
        path.write_text(content)
        run(f"PUT file://{path} @FILES AUTO_COMPRESS=FALSE OVERWRITE=TRUE")

    return put


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
