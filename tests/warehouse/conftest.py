"""The local warehouse as a process of its own, and the connector as its client.

`--stock` runs the same tests against fakesnow's own server: what fails there is what `lab_snowflake` mends.
`--account NAME` runs the case tables alone, against the real account of that connection in connections.toml.
"""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from snowflake.connector import SnowflakeConnection
from snowflake.connector.cursor import SnowflakeCursor

from tests.real_account import Account
from tests.warehouse_server import Server, free_port, serving

ROOT = Path(__file__).resolve().parents[2]


sys.path.insert(0, str(ROOT / "services" / "snowflake"))

Connect = Callable[..., SnowflakeConnection]
Run = Callable[..., SnowflakeCursor]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--stock", action="store_true", help="test fakesnow's own server, to see what is mended")
    parser.addoption("--account", metavar="NAME", help="run the case tables against this connection's real account")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "cases: what the local warehouse and a real account answer alike")
    config.addinivalue_line("markers", "local: among cases, what is the local warehouse's alone")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--account"):
        others = [item for item in items if not item.get_closest_marker("cases") or item.get_closest_marker("local")]
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if item not in others]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Server | Account]:
    """One server for all tests; each test has a database of its own."""
    os.environ["SNOWFLAKE_DISABLE_PLATFORM_DETECTION"] = "true"
    if name := request.config.getoption("--account"):
        account = Account(name)
        yield account
        account.close()
        return
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


@pytest.fixture
def put(run: Run, tmp_path: Path) -> Callable[..., str]:
    """Send a file with this content as it is, `put("@FILES/dir", "a.csv", "1")`; the status that PUT answers."""

    def send(stage: str, name: str, content: str = "1\n", options: str = "") -> str:
        path = tmp_path / "sent" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content)
        return str(run(f"PUT 'file://{path}' {stage} AUTO_COMPRESS = FALSE {options}").fetchone()[6])

    return send


@pytest.fixture
def kept(server: Server, database: str) -> Callable[[], list[str]]:
    """The files of the database's stages on the server's disk."""
    stages = server.var / "snowflake" / "stages"
    return lambda: [path.relative_to(stages).as_posix() for path in (stages / database).rglob("*") if path.is_file()]
