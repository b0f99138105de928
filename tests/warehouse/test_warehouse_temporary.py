"""Temporary tables and views go with their session, and may have a schema in their name."""

from collections.abc import Callable

import pytest
from snowflake.connector import SnowflakeConnection
from snowflake.connector.cursor import SnowflakeCursor
from snowflake.connector.errors import ProgrammingError

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
