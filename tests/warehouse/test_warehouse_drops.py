"""What is dropped is gone, and the answer says so."""

from collections.abc import Callable

import pytest
from snowflake.connector.cursor import SnowflakeCursor
from snowflake.connector.errors import ProgrammingError

pytestmark = pytest.mark.cases

Run = Callable[..., SnowflakeCursor]


@pytest.mark.parametrize("name", ["T", "S.T", "{database}.S.T"])
def test_a_table_is_dropped_by_any_of_its_names(run: Run, database: str, name: str) -> None:
    run("CREATE TABLE T (A INT)")
    run(f"DROP TABLE {name.format(database=database)}")
    with pytest.raises(ProgrammingError) as gone:
        run("SELECT * FROM T")
    assert gone.value.errno == 2003


def test_a_table_that_is_made_again_has_loaded_no_file(run: Run, stage: Callable[[str, str], None]) -> None:
    stage("a.csv", "1\n")
    for _ in range(2):
        run("CREATE TABLE T (A INT)")
        run("COPY INTO T FROM @FILES")
        assert run("SELECT COUNT(*) FROM T").fetchone() == (1,)
        run("DROP TABLE T")


@pytest.mark.parametrize("kind", ["TABLE", "VIEW", "SCHEMA", "DATABASE"])
def test_what_is_not_there_is_dropped_only_if_it_exists(run: Run, kind: str) -> None:
    run(f"DROP {kind} IF EXISTS NONE_OF_THIS_NAME")
    with pytest.raises(ProgrammingError) as missing:
        run(f"DROP {kind} NONE_OF_THIS_NAME")
    assert missing.value.errno == 2003


def test_a_database_is_dropped_with_all_it_holds(run: Run, stage: Callable[[str, str], None], database: str) -> None:
    run("CREATE TABLE T (A INT)")
    stage("a.csv", "1\n")
    assert run(f"DROP DATABASE {database}").fetchone() == (f"{database} successfully dropped.",)
    run(f"CREATE DATABASE {database}")
    run(f"CREATE SCHEMA {database}.S")
    run(f"CREATE STAGE {database}.S.FILES")
    assert run(f"LIST @{database}.S.FILES").fetchall() == []
    with pytest.raises(ProgrammingError) as gone:
        run(f"SELECT * FROM {database}.S.T")
    assert gone.value.errno == 2003
