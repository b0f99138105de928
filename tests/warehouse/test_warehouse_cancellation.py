"""What a session runs is stopped from another one, by its id."""

import threading
from collections.abc import Callable
from time import monotonic, sleep

import pytest
from snowflake.connector import SnowflakeConnection
from snowflake.connector.cursor import SnowflakeCursor
from snowflake.connector.errors import Error

from tests.warehouse_server import ENDLESS

Run = Callable[..., SnowflakeCursor]
Connect = Callable[..., SnowflakeConnection]

PATIENCE_SECONDS = 60


def test_another_session_s_statement_is_stopped_and_leaves_nothing(connect: Connect, run: Run) -> None:
    run("CREATE TABLE T (A INT)")
    victim, failures = connect(), []

    def work() -> None:
        try:
            victim.cursor().execute(ENDLESS)
        except Error as error:
            failures.append(error.errno)

    thread = threading.Thread(target=work)
    thread.start()
    deadline = monotonic() + PATIENCE_SECONDS
    while thread.is_alive() and monotonic() < deadline:
        run(f"SELECT SYSTEM$CANCEL_ALL_QUERIES({victim.session_id})")
        sleep(0.2)
    thread.join(PATIENCE_SECONDS)
    assert failures == [604]
    assert run("SELECT COUNT(*) FROM T").fetchone() == (0,)


def test_one_statement_is_stopped_by_the_id_that_the_history_tells(connect: Connect, run: Run) -> None:
    run("CREATE TABLE T (A INT)")
    victim = connect().cursor()
    query_id = victim.execute_async(ENDLESS)["queryId"]
    history = "SELECT QUERY_ID FROM TABLE(INFORMATION_SCHEMA.QUERY_HISTORY()) WHERE EXECUTION_STATUS = 'RUNNING'"
    deadline = monotonic() + PATIENCE_SECONDS
    while (query_id,) not in run(history).fetchall() and monotonic() < deadline:
        sleep(0.1)
    assert run(f"SELECT SYSTEM$CANCEL_QUERY('{query_id}')").fetchone() == (f"query [{query_id}] terminated.",)
    with pytest.raises(Error) as raised:
        victim.get_results_from_sfqid(query_id)
        victim.fetchall()
    assert raised.value.errno == 604
    assert run("SELECT COUNT(*) FROM T").fetchone() == (0,)


@pytest.mark.parametrize("query_id", ["nobody-knows-it", "00000000-0000-0000-0000-000000000000"])
def test_a_statement_that_does_not_run_cannot_be_stopped(run: Run, query_id: str) -> None:
    said = run(f"SELECT SYSTEM$CANCEL_QUERY('{query_id}')").fetchone()
    assert said == ("Identified SQL statement is not currently executing.",)


def test_a_statement_that_has_ended_cannot_be_stopped(run: Run) -> None:
    query_id = run("SELECT 1").sfqid
    said = run(f"SELECT SYSTEM$CANCEL_QUERY('{query_id}')").fetchone()
    assert said == ("Identified SQL statement is not currently executing.",)


def test_a_session_that_runs_nothing_has_nothing_to_stop(connect: Connect, run: Run) -> None:
    assert run(f"SELECT SYSTEM$CANCEL_ALL_QUERIES({connect().session_id})").fetchone() == ("0 statements cancelled.",)
