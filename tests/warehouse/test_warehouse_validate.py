"""VALIDATE tells every row at fault in the files of a past COPY."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from snowflake.connector import SnowflakeConnection
from snowflake.connector.cursor import SnowflakeCursor
from snowflake.connector.errors import ProgrammingError

Run = Callable[..., SnowflakeCursor]
Put = Callable[[str, str], None]
Connect = Callable[..., SnowflakeConnection]

FAULTS = "SELECT FILE, LINE, COLUMN_NAME, REJECTED_RECORD FROM TABLE(VALIDATE(T, JOB_ID => {})) ORDER BY FILE, LINE"
EXPECTED = [
    ("files/b.csv", 2, '"T"["A":1]', "none,w"),
    ("files/b.csv", 3, '"T"["A":1]', "nil,v"),
    ("files/c.csv", 1, '"T"["A":1]', "zero,u"),
]


@pytest.fixture
def table(run: Run, stage: Put) -> Run:
    run("CREATE TABLE T (A INT, B VARCHAR)")
    stage("a.csv", "1,x\n2,y\n")
    stage("b.csv", "3,z\nnone,w\nnil,v\n")
    stage("c.csv", "zero,u\n")
    return run


def test_the_last_copys_rows_at_fault_are_told(table: Run) -> None:
    table("COPY INTO T FROM @FILES ON_ERROR = CONTINUE")
    assert table(FAULTS.format("'_last'")).fetchall() == EXPECTED
    row = table("SELECT ERROR, CODE, ROW_NUMBER, CATEGORY FROM TABLE(VALIDATE(T, JOB_ID => '_last')) V LIMIT 1")
    assert row.fetchone() == ("Numeric value 'none' is not recognized", 100_038, 2, "conversion")


def test_a_copy_is_found_by_its_id_from_another_session(table: Run, connect: Connect) -> None:
    query_id = table("COPY INTO T FROM @FILES ON_ERROR = CONTINUE").sfqid
    table("COPY INTO T FROM @FILES FILES = ('a.csv') FORCE = TRUE")
    assert table(FAULTS.format("'_last'")).fetchall() == []
    other = connect().cursor()
    assert other.execute(FAULTS.format(f"'{query_id}'")).fetchall() == EXPECTED


def test_a_copy_that_failed_at_its_first_fault_is_told_in_full(table: Run) -> None:
    with pytest.raises(ProgrammingError) as raised:
        table("COPY INTO T FROM @FILES")
    assert raised.value.errno == 100_038
    assert table(FAULTS.format("'_last'")).fetchall() == EXPECTED
    assert table(FAULTS.format(f"'{raised.value.sfqid}'")).fetchall() == EXPECTED
    assert table(FAULTS.format("LAST_QUERY_ID(-3)")).fetchall() == EXPECTED


def test_faults_are_kept_in_a_table(table: Run) -> None:
    table("COPY INTO T FROM @FILES ON_ERROR = SKIP_FILE")
    table("CREATE TABLE FAULTS AS SELECT * FROM TABLE(VALIDATE(T, JOB_ID => '_last'))")
    assert table("SELECT COUNT(*) FROM FAULTS").fetchone() == (3,)
    assert table("SELECT COUNT(*) FROM T").fetchone() == (2,)


def test_looking_into_a_copy_loads_nothing(table: Run) -> None:
    table("COPY INTO T FROM @FILES ON_ERROR = CONTINUE")
    table(FAULTS.format("'_last'"))
    assert table("SELECT COUNT(*) FROM T").fetchone() == (3,)


@pytest.mark.parametrize(
    ("call", "code"),
    [
        pytest.param("VALIDATE(T, JOB_ID => 'nobody-knows-it')", 709, id="an unknown id"),
        pytest.param("VALIDATE(OTHER, JOB_ID => '_last')", 709, id="another table"),
        pytest.param("VALIDATE(T)", 2, id="no id"),
    ],
)
def test_what_was_no_copy_into_the_table_is_an_error(table: Run, call: str, code: int) -> None:
    table("CREATE TABLE OTHER (A INT)")
    table("COPY INTO T FROM @FILES ON_ERROR = CONTINUE")
    with pytest.raises(ProgrammingError) as raised:
        table(f"SELECT * FROM TABLE({call})")
    assert raised.value.errno == code


def test_a_session_that_copied_nothing_has_no_last_copy(table: Run, connect: Connect) -> None:
    table("COPY INTO T FROM @FILES ON_ERROR = CONTINUE")
    with pytest.raises(ProgrammingError, match="_last not found"):
        connect().cursor().execute(FAULTS.format("'_last'"))


def test_a_copy_with_a_transformation_is_refused(table: Run) -> None:
    table("COPY INTO T FROM (SELECT $1, $2 FROM @FILES) FILES = ('a.csv')")
    with pytest.raises(ProgrammingError) as raised:
        table(FAULTS.format("'_last'"))
    assert raised.value.errno == 2


def test_a_file_that_is_gone_is_an_error(table: Run, server: Any, database: str) -> None:
    table("COPY INTO T FROM @FILES ON_ERROR = CONTINUE")
    (staged,) = Path(server.var).rglob(f"{database}/**/c.csv")
    staged.unlink()
    with pytest.raises(ProgrammingError):
        table(FAULTS.format("'_last'"))
