"""What the network does to a statement: sent twice, given up, cut off."""

import json
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from snowflake.connector import SnowflakeConnection
from snowflake.connector.cursor import SnowflakeCursor
from snowflake.connector.errors import Error

from tests.warehouse_server import ENDLESS

Run = Callable[..., SnowflakeCursor]


def post(connection: SnowflakeConnection, request_id: str, sql: str) -> Any:
    """Send a query as the connector does, under a request id of our choice."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{connection.port}/queries/v1/query-request?requestId={request_id}",
        json.dumps({"sqlText": sql}).encode(),
        {"Authorization": f'Snowflake Token="{connection.rest.token}"', "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as response:
        return json.load(response)


def test_a_request_that_is_sent_again_is_applied_once_and_answered_alike(
    connection: SnowflakeConnection, run: Run
) -> None:
    run("CREATE TABLE T (A INT)")
    first = post(connection, "r1", "INSERT INTO T VALUES (1)")
    assert post(connection, "r1", "INSERT INTO T VALUES (1)") == first
    assert first["data"]["rowset"] == [["1"]]
    assert run("SELECT COUNT(*) FROM T").fetchone() == (1,)


def test_a_failure_is_answered_alike_too(connection: SnowflakeConnection, run: Run) -> None:
    first = post(connection, "r2", "SELECT * FROM NONE")
    assert not first["success"]
    assert post(connection, "r2", "SELECT * FROM NONE")["code"] == first["code"] == "002003"


def test_a_statement_the_client_gives_up_is_stopped_and_leaves_nothing(run: Run) -> None:
    run("CREATE TABLE T (A INT)")
    with pytest.raises(Error) as canceled:
        run(ENDLESS, timeout=1)
    assert canceled.value.errno == 604
    assert run("SELECT COUNT(*) FROM T").fetchone() == (0,)


def test_an_unknown_token_is_refused(connection: SnowflakeConnection) -> None:
    connection.rest._token = "guessed"
    answer = post(connection, "r3", "SELECT 1")
    assert (answer["success"], answer["code"]) == (False, "390111")


@pytest.mark.parametrize("used", ["ROLE PUBLIC", "SCHEMA PUBLIC", "WAREHOUSE W"])
def test_an_answer_says_that_something_is_used(connection: SnowflakeConnection, run: Run, used: str) -> None:
    run("CREATE WAREHOUSE IF NOT EXISTS W")
    answer = post(connection, f"use-{used.partition(' ')[0]}", f"USE {used}".replace(" ", "  "))
    assert answer["data"]["statementTypeId"] == 0x4300
