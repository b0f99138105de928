"""What a session runs is stopped from another one, by its id."""

import threading
from collections.abc import Callable
from time import monotonic, sleep

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


def test_a_session_that_runs_nothing_has_nothing_to_stop(connect: Connect, run: Run) -> None:
    assert run(f"SELECT SYSTEM$CANCEL_ALL_QUERIES({connect().session_id})").fetchone() == ("0 statements cancelled.",)
