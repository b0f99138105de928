"""A session outlives its tokens, and ends with its client: hours pass by a clock of the test's own."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import snowflake.connector
import uvicorn
from snowflake.connector import SnowflakeConnection
from snowflake.connector.errors import Error
from snowflake.connector.network import ReauthenticationRequest

from tests.warehouse_server import free_port

HOUR = 3600

pytestmark = pytest.mark.filterwarnings("ignore:Arrow output on a DB-API result")  # as __main__ does

Login = Callable[[], SnowflakeConnection]


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def login(tmp_path: Path, clock: Clock) -> Iterator[Login]:
    """Log in to a server in this process."""
    from lab_snowflake.instance import Warehouse
    from lab_snowflake.server import app
    from lab_snowflake.sessions import Sessions
    from lab_snowflake.settings import Settings

    port = free_port()
    settings = Settings(host="127.0.0.1", port=port, user="lab", password="lab", state=tmp_path, certificate=None)
    warehouse = Warehouse(tmp_path)
    server = uvicorn.Server(uvicorn.Config(app(warehouse, settings, Sessions(clock)), port=port, log_config=None))
    thread = threading.Thread(target=server.run)
    thread.start()
    opened: list[SnowflakeConnection] = []

    def connect() -> SnowflakeConnection:
        opened.append(
            snowflake.connector.connect(
                account="lab", user="lab", password="lab", host="127.0.0.1", port=port, protocol="http",
                network_timeout=20,
            )
        )  # fmt: skip
        return opened[-1]

    yield connect
    for connection in opened:
        connection.close()
    server.should_exit = True
    thread.join()
    warehouse.close()


def run(connection: SnowflakeConnection, sql: str) -> object:
    cursor = connection.cursor().execute(sql)
    assert cursor is not None
    return cursor.fetchone()


def test_a_token_that_expires_is_renewed_and_the_session_goes_on(login: Login, clock: Clock) -> None:
    connection = login()
    run(connection, "SET WHO = 'I'")
    first = connection.rest.token
    for _ in range(5):
        clock.now += HOUR + 1
        assert run(connection, "SELECT $WHO") == ("I",)
    assert connection.rest.token != first


def test_a_session_that_nobody_used_for_four_hours_is_closed_at_the_next_login(login: Login, clock: Clock) -> None:
    gone = login()
    for statement in ("CREATE DATABASE D", "USE SCHEMA D.PUBLIC", "CREATE TABLE T (A INT)", "BEGIN"):
        run(gone, statement)
    run(gone, "INSERT INTO T VALUES (1)")
    clock.now += 4 * HOUR
    other = login()
    run(other, "INSERT INTO D.PUBLIC.T VALUES (2)")
    assert run(other, "SELECT MIN(A), COUNT(*) FROM D.PUBLIC.T") == (2, 1)
    with pytest.raises(Error) as unknown:
        run(gone, "SELECT 1")
    assert unknown.value.errno == 390111


def test_a_master_token_of_a_session_that_is_gone_renews_nothing(login: Login, clock: Clock) -> None:
    gone = login()
    master = gone.rest.master_token
    clock.now += 4 * HOUR
    login()
    gone.rest.update_tokens("expired", master)
    with pytest.raises(ReauthenticationRequest) as refused:
        gone.rest._renew_session()
    assert refused.value.cause.errno == 390114


def test_a_sign_of_life_keeps_a_session(login: Login, clock: Clock) -> None:
    kept = login()
    run(kept, "SET WHO = 'I'")
    for _ in range(8):
        clock.now += HOUR / 2
        kept._heartbeat_tick()
    login()
    assert run(kept, "SELECT $WHO") == ("I",)
