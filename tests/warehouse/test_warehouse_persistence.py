"""What was committed outlives the process, killed or stopped; what was not is gone."""

import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from snowflake.connector.errors import DatabaseError


def query(server: Any, sql: str) -> list[tuple[Any, ...]]:
    with server.connect("D", "S") as connection:
        return connection.cursor().execute(sql).fetchall()


def define(server: Any) -> None:
    with server.connect() as connection:
        connection.execute_string(
            "CREATE DATABASE D; CREATE SCHEMA D.S; USE SCHEMA D.S; CREATE TABLE T (A INT COMMENT 'kept');"
            "CREATE STAGE FILES; CREATE STAGE OUTSIDE URL = 's3://bucket/x/'; INSERT INTO T VALUES (1);"
        )


@pytest.mark.parametrize("end", ["kill", "stop"])
def test_tables_stages_and_comments_are_there_after_a_restart(own_server: Callable[[], Any], end: str) -> None:
    first = own_server()
    define(first)
    getattr(first, end)()
    second = own_server()
    assert query(second, "SELECT A FROM T") == [(1,)]
    assert query(second, "SELECT COMMENT FROM INFORMATION_SCHEMA.COLUMNS WHERE TABLE_NAME = 'T'") == [("kept",)]
    assert {row[1] for row in query(second, "SHOW STAGES")} == {"FILES", "OUTSIDE"}


def test_files_of_a_stage_are_there_after_a_restart(own_server: Callable[[], Any], tmp_path: Path) -> None:
    first = own_server()
    define(first)
    (tmp_path / "a.csv").write_text("2\n")
    query(first, f"PUT file://{tmp_path / 'a.csv'} @FILES AUTO_COMPRESS=FALSE")
    query(first, "COPY INTO T FROM @FILES")
    first.kill()
    second = own_server()
    assert query(second, "COPY INTO T FROM @FILES")[0][1] == "LOAD_SKIPPED"


def test_a_transaction_cut_off_by_a_kill_leaves_nothing(own_server: Callable[[], Any]) -> None:
    first = own_server()
    define(first)
    connection = first.connect("D", "S")
    connection.execute_string("BEGIN; DELETE FROM T; INSERT INTO T VALUES (2), (3);")
    first.kill()
    assert query(own_server(), "SELECT A FROM T") == [(1,)]


def test_a_full_disk_fails_the_statement_and_keeps_what_was_committed(own_server: Callable[[], Any]) -> None:
    first = own_server()
    define(first)
    resource.prlimit(first.process.pid, resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
    with pytest.raises(DatabaseError, match="could not write to its disk"):
        query(first, "INSERT INTO T SELECT UNIFORM(1, 1000000000, RANDOM()) FROM TABLE(GENERATOR(ROWCOUNT => 3000000))")
    assert query(first, "SELECT A FROM T") == [(1,)]
    first.kill()
    assert query(own_server(), "SELECT A FROM T") == [(1,)]


WRITER = """
import sys, snowflake.connector
connection = snowflake.connector.connect(
    account="lab", host="127.0.0.1", port=int(sys.argv[1]), protocol="http", user="lab", password="lab",
    database="D", schema="S",
)
for batch in range(2, 100_000):
    connection.execute_string(f"BEGIN; INSERT INTO T VALUES ({batch}), ({batch}); COMMIT;")
    print(batch, flush=True)
"""


def test_a_kill_in_the_middle_of_writing_keeps_exactly_the_committed_batches(own_server: Callable[[], Any]) -> None:
    first = own_server()
    define(first)
    with subprocess.Popen([sys.executable, "-c", WRITER, str(first.port)], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        acknowledged = [int(writer.stdout.readline()) for _ in range(20)]
        first.kill()
        writer.kill()
        acknowledged += [int(line) for line in writer.stdout]
    counts = dict(query(own_server(), "SELECT A, COUNT(*) FROM T WHERE A > 1 GROUP BY A"))
    assert set(counts.values()) == {2}
    assert set(acknowledged) <= set(counts) <= {*acknowledged, max(acknowledged) + 1}
