"""Temporary tables and views go with their session, and may have a schema in their name."""

from collections.abc import Callable
from pathlib import Path

import pytest
from snowflake.connector import SnowflakeConnection
from snowflake.connector.cursor import SnowflakeCursor
from snowflake.connector.errors import ProgrammingError

pytestmark = pytest.mark.cases

Run = Callable[..., SnowflakeCursor]
Connect = Callable[..., SnowflakeConnection]


@pytest.mark.parametrize(
    "definition",
    [
        pytest.param("TEMPORARY TABLE {} AS SELECT 1 AS A", id="table"),
        pytest.param("OR REPLACE TEMPORARY VIEW {} AS (SELECT 1 AS A)", id="view"),
    ],
)
def test_one_with_a_schema_in_its_name_is_used_and_goes_with_its_session(
    connect: Connect, run: Run, database: str, definition: str
) -> None:
    name = f"{database}.S.PASSING"
    with connect() as session:
        session.cursor().execute(f"CREATE {definition.format(name)}")
        assert session.cursor().execute(f"SELECT A FROM {name}").fetchall() == [(1,)]  # type: ignore[union-attr]
    with pytest.raises(ProgrammingError) as gone:
        run(f"SELECT * FROM {name}")
    assert gone.value.errno == 2003


@pytest.mark.parametrize("kind", ["TABLE", "VIEW"])
def test_one_that_was_dropped_and_made_again_for_good_stays(
    connect: Connect, run: Run, database: str, kind: str
) -> None:
    with connect() as session:
        execute = session.cursor().execute
        execute(f"CREATE TEMPORARY {kind} {database}.S.V AS SELECT 1 AS A")
        execute(f"DROP {kind} V")
        execute("CREATE TABLE V (A INT)")
    assert run("SELECT COUNT(*) FROM V").fetchone() == (0,)


def test_what_is_told_of_a_table_is_not_changed_by_a_temporary_one_of_its_name(run: Run) -> None:
    run("CREATE TABLE T (A INT PRIMARY KEY COMMENT 'kept') COMMENT = 'for ever'")
    told = run("SELECT GET_DDL('TABLE', 'T')").fetchone()
    run("CREATE TEMPORARY TABLE T (A INT COMMENT 'x', B INT UNIQUE) COMMENT = 'for a while'")
    run("ALTER TABLE T RENAME COLUMN A TO C")
    assert run("SELECT GET_DDL('TABLE', 'T')").fetchone() == told
    run("DROP TABLE T")
    assert run("SELECT GET_DDL('TABLE', 'T')").fetchone() == told


def test_a_temporary_table_is_loaded_by_itself_though_it_hides_another(
    run: Run, stage: Callable[[str, str], None]
) -> None:
    stage("a.csv", "1,ab\n")
    run("CREATE TABLE T (A INT, B VARCHAR)")
    run("COPY INTO T FROM @FILES")
    run("CREATE TEMPORARY TABLE T (A INT, B VARCHAR(3))")
    for loaded in (1, 0):
        run("COPY INTO T FROM @FILES")
        assert run("SELECT COUNT(*) FROM T").fetchone() == (1,), loaded
    stage("b.csv", "2,abcd\n")
    with pytest.raises(ProgrammingError, match="abcd"):
        run("COPY INTO T FROM @FILES")
    run("DROP TABLE T")
    run("COPY INTO T FROM @FILES FILES = ('a.csv')")
    assert run("SELECT B FROM T").fetchall() == [("ab",)]


def test_a_temporary_table_has_a_stage(run: Run, tmp_path: Path) -> None:
    run("CREATE TEMPORARY TABLE T (A INT)")
    (tmp_path / "a.csv").write_text("7\n")
    run(f"PUT file://{tmp_path}/a.csv @%T")
    run("COPY INTO T FROM @%T")
    assert run("SELECT A FROM T").fetchall() == [(7,)]
