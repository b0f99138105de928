"""The local warehouse with TLS, as the lab serves it, for the ordinary clients."""

import os
from collections.abc import Iterator

import pytest

from tests.warehouse_server import Server, trusted


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all tests, trusted by the bundle it made; each test has a database of its own."""
    with trusted(tmp_path_factory.mktemp("a warehouse")) as running:
        yield running


@pytest.fixture
def database(server: Server) -> str:
    """A new database with a schema S."""
    return server.new_database()


@pytest.fixture
def settings(server: Server, database: str) -> dict[str, object]:
    """What every client is given: nothing of it says that the account is local but its host and port."""
    return {
        "account": "lab", "user": "lab", "password": "lab", "host": "localhost", "port": server.port,
        "database": database, "schema": "S",
    }  # fmt: skip


@pytest.fixture
def dbt_environment(server: Server, database: str) -> dict[str, str]:
    login = {"SNOWFLAKE_ACCOUNT": "lab", "SNOWFLAKE_USER": "lab", "SNOWFLAKE_PASSWORD": "lab"}
    place = {"SNOWFLAKE_HOST": "localhost", "SNOWFLAKE_PORT": str(server.port), "DBT_DATABASE": database}
    return {**os.environ, **login, **place}
