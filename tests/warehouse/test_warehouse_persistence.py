"""What was committed outlives the process, killed or stopped; what was not is gone."""

import threading

import pytest
from snowflake.connector.errors import Error


def query(server, sql):
    with server.connect("D", "S") as connection:
        return connection.cursor().execute(sql).fetchall()


def define(server):
    with server.connect() as connection:
        connection.execute_string(
            "CREATE DATABASE D; CREATE SCHEMA D.S; USE SCHEMA D.S; CREATE TABLE T (A INT COMMENT 'kept');"
            "CREATE STAGE FILES; CREATE STAGE OUTSIDE URL = 's3://bucket/x/'; INSERT INTO T VALUES (1);"
        )


@pytest.mark.parametrize("end", ["kill", "stop"])
def test_tables_stages_and_comments_are_there_after_a_restart(own_server, end):
    first = own_server()
    define(first)
    getattr(first, end)()
    second = own_server()
    assert query(second, "SELECT A FROM T") == [(1,)]
    assert query(second, "SELECT COMMENT FROM INFORMATION_SCHEMA.COLUMNS WHERE TABLE_NAME = 'T'") == [("kept",)]
    assert {row[1] for row in query(second, "SHOW STAGES")} == {"FILES", "OUTSIDE"}


def test_files_of_a_stage_are_there_after_a_restart(own_server, tmp_path):
    first = own_server()
    define(first)
    (tmp_path / "a.csv").write_text("2\n")
    query(first, f"PUT file://{tmp_path / 'a.csv'} @FILES AUTO_COMPRESS=FALSE")
    query(first, "COPY INTO T FROM @FILES")
    first.kill()
    second = own_server()
    assert query(second, "COPY INTO T FROM @FILES")[0][1] == "LOAD_SKIPPED"


def test_a_transaction_cut_off_by_a_kill_leaves_nothing(own_server):
    first = own_server()
    define(first)
    connection = first.connect("D", "S")
    connection.execute_string("BEGIN; DELETE FROM T; INSERT INTO T VALUES (2), (3);")
    first.kill()
    assert query(own_server(), "SELECT A FROM T") == [(1,)]


def test_a_kill_in_the_middle_of_writing_keeps_exactly_the_committed_batches(own_server):
    first = own_server()
    define(first)
    acknowledged = []

    def write():
        with first.connect("D", "S") as connection:
            for batch in range(2, 10_000):
                connection.execute_string(f"BEGIN; INSERT INTO T VALUES ({batch}), ({batch}); COMMIT;")
                acknowledged.append(batch)

    def write_until_the_end():
        with pytest.raises(Error):
            write()

    writer = threading.Thread(target=write_until_the_end)
    writer.start()
    while len(acknowledged) < 20 and writer.is_alive():
        writer.join(0.05)
    first.kill()
    counts = dict(query(own_server(), "SELECT A, COUNT(*) FROM T WHERE A > 1 GROUP BY A"))
    writer.join(60)
    assert set(counts.values()) == {2}
    assert set(acknowledged) <= set(counts) <= {*acknowledged, max(acknowledged) + 1}
