"""COPY INTO loads all files or none, and its options mean what they say."""

from collections.abc import Callable

import pytest
from snowflake.connector.cursor import SnowflakeCursor
from snowflake.connector.errors import ProgrammingError

pytestmark = pytest.mark.cases

Run = Callable[..., SnowflakeCursor]
Put = Callable[[str, str], None]


@pytest.fixture
def table(run: Run, stage: Put) -> Put:
    run("CREATE TABLE T (A INT, B VARCHAR)")
    stage("a.csv", "1,x\n2,y\n")
    stage("b.csv", "3,z\n")
    return stage


def count(run: Run) -> int:
    return run("SELECT COUNT(*) FROM T").fetchone()[0]


def statuses(cursor: SnowflakeCursor) -> list[str]:
    return [row[1] for row in cursor.fetchall()]


def test_each_file_is_reported_with_its_rows(run: Run, table: Put) -> None:
    rows = run("COPY INTO T FROM @FILES").fetchall()
    assert [(row[0], row[1], row[2], row[3]) for row in rows] == [
        ("files/a.csv", "LOADED", 2, 2),
        ("files/b.csv", "LOADED", 1, 1),
    ]


def test_a_second_copy_skips_what_is_loaded(run: Run, table: Put) -> None:
    run("COPY INTO T FROM @FILES")
    assert statuses(run("COPY INTO T FROM @FILES")) == ["LOAD_SKIPPED", "LOAD_SKIPPED"]
    assert count(run) == 3


@pytest.mark.parametrize(("option", "rows"), [("FORCE = FALSE", 3), ("FORCE = TRUE", 6)])
def test_force_loads_again_only_when_it_is_true(run: Run, table: Put, option: str, rows: int) -> None:
    run("COPY INTO T FROM @FILES")
    run(f"COPY INTO T FROM @FILES {option}")
    assert count(run) == rows


@pytest.mark.parametrize(("option", "left"), [("PURGE = FALSE", 2), ("PURGE = TRUE", 0)])
def test_purge_removes_files_only_when_it_is_true(run: Run, table: Put, option: str, left: int) -> None:
    run(f"COPY INTO T FROM @FILES {option}")
    assert len(run("LIST @FILES").fetchall()) == left


def test_a_purge_waits_for_the_commit(run: Run, table: Put) -> None:
    run("BEGIN")
    run("COPY INTO T FROM @FILES PURGE = TRUE")
    run("ROLLBACK")
    assert len(run("LIST @FILES").fetchall()) == 2


def test_one_bad_file_among_many_leaves_nothing_loaded(run: Run, table: Put) -> None:
    table("c.csv", "not a number,w\n")
    with pytest.raises(ProgrammingError):
        run("COPY INTO T FROM @FILES")
    assert count(run) == 0
    run("COPY INTO T FROM @FILES FILES = ('a.csv', 'b.csv')")
    assert count(run) == 3


def test_a_file_with_new_contents_under_its_old_name_is_loaded(run: Run, table: Put) -> None:
    run("COPY INTO T FROM @FILES")
    table("b.csv", "4,new\n")
    assert statuses(run("COPY INTO T FROM @FILES")) == ["LOAD_SKIPPED", "LOADED"]
    assert count(run) == 4


def test_truncate_forgets_what_was_loaded_and_delete_does_not(run: Run, table: Put) -> None:
    run("COPY INTO T FROM @FILES")
    run("DELETE FROM T")
    run("COPY INTO T FROM @FILES")
    assert count(run) == 0
    run("TRUNCATE TABLE T")
    run("COPY INTO T FROM @FILES")
    assert count(run) == 3


def test_creating_a_table_that_exists_forgets_nothing(run: Run, table: Put) -> None:
    run("COPY INTO T FROM @FILES")
    run("CREATE TABLE IF NOT EXISTS T (A INT, B VARCHAR)")
    run("COPY INTO T FROM @FILES")
    assert count(run) == 3


def test_creating_a_table_anew_forgets(run: Run, table: Put) -> None:
    run("COPY INTO T FROM @FILES")
    run("CREATE OR REPLACE TABLE T (A INT, B VARCHAR)")
    run("COPY INTO T FROM @FILES")
    assert count(run) == 3


def test_a_pattern_chooses_files(run: Run, table: Put) -> None:
    assert len(run("COPY INTO T FROM @FILES PATTERN = '.*/b[.]csv'").fetchall()) == 1
    assert count(run) == 1


def test_a_stage_without_files_loads_nothing(run: Run, table: Put) -> None:
    assert run("COPY INTO T FROM @FILES/none/").fetchall() == [("Copy executed with 0 files processed.",)]


REFUSED = [
    pytest.param("COPY INTO T FROM @FILES FILES = ('none.csv')", 91016, id="a file that is not there"),
    pytest.param("COPY INTO T FROM @NONE", 2003, id="a stage that is not there"),
    pytest.param("COPY INTO T FROM @FILES FORCE = MAYBE", 1008, id="a flag that is none"),
    pytest.param("COPY INTO NONE FROM @FILES", 2003, id="a table that is not there"),
]


@pytest.mark.parametrize(("sql", "code"), REFUSED)
def test_a_copy_that_cannot_be_done_is_refused_with_its_code(run: Run, table: Put, sql: str, code: int) -> None:
    with pytest.raises(ProgrammingError) as refused:
        run(sql)
    assert refused.value.errno == code
    assert count(run) == 0


@pytest.mark.parametrize(
    "clause",
    ["(FORMAT_NAME = Semicolons)", "(FORMAT_NAME = S.SEMICOLONS)", "(FORMAT_NAME = 'semicolons')", "SEMICOLONS"],
)
def test_a_file_format_is_found_by_its_name_with_or_without_quotes(run: Run, stage: Put, clause: str) -> None:
    run("CREATE TABLE T (A INT, B INT)")
    run("CREATE FILE FORMAT SEMICOLONS TYPE = CSV FIELD_DELIMITER = ';'")
    stage("a.csv", "1;2\n")
    run(f"COPY INTO T FROM @FILES FILE_FORMAT = {clause}")
    assert run("SELECT A, B FROM T").fetchall() == [(1, 2)]
