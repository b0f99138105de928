"""The local warehouse with TLS, as the lab serves it, for the command line `snow` and for JDBC."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.warehouse_server import Server, trusted


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all tests."""
    with trusted(tmp_path_factory.mktemp("a warehouse")) as running:
        yield running


@pytest.fixture(scope="module")
def database(server: Server) -> str:
    """A new database with a schema S."""
    with _old_connector():
        return server.new_database()


@pytest.fixture
def stage(server: Server, database: str) -> str:
    """An empty stage in the schema."""
    with _old_connector(), server.connect(database, "S") as connection:
        connection.cursor().execute("CREATE OR REPLACE STAGE FILES")
    return "FILES"


@contextmanager
def _old_connector() -> Iterator[None]:
    """The connector that snow pins calls what pyOpenSSL has deprecated since."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "X509", DeprecationWarning)
        yield
