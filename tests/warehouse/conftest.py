"""The local warehouse as a process of its own, and the connector as its client.

`--stock` runs the same tests against fakesnow's own server: what fails there is what `lab_snowflake` mends.
"""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from snowflake.connector import SnowflakeConnection
from snowflake.connector.cursor import SnowflakeCursor

from tests.warehouse_server import Server, free_port, serving

ROOT = Path(__file__).resolve().parents[2]


sys.path.insert(0, str(ROOT / "services" / "snowflake"))

Connect = Callable[..., SnowflakeConnection]
Run = Callable[..., SnowflakeCursor]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--stock", action="store_true", help="test fakesnow's own server, to see what is mended")


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
    return server.new_database()


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
