"""MERGE is one statement: atomic, counted, and refusing what Snowflake refuses."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from snowflake.connector import SnowflakeConnection
from snowflake.connector.cursor import SnowflakeCursor
from snowflake.connector.errors import ProgrammingError

pytestmark = pytest.mark.cases

Run = Callable[..., SnowflakeCursor]
Connect = Callable[..., SnowflakeConnection]


@pytest.fixture
def table(run: Run) -> None:
    run("CREATE TABLE T (K VARCHAR, V INT)")
    run("INSERT INTO T VALUES ('a', 1), ('b', 2)")
    run("CREATE TABLE S (K VARCHAR, V INT)")
    run("INSERT INTO S VALUES ('b', 20), ('c', 30)")


def contents(run: Run) -> list[tuple[Any, ...]]:
    return run("SELECT K, V FROM T ORDER BY K, V").fetchall()


def test_rows_are_updated_and_inserted_and_counted(run: Run, table: None) -> None:
    cursor = run(
        "MERGE INTO T AS t USING S AS s ON t.K = s.K WHEN MATCHED THEN UPDATE SET t.V = s.V "
        "WHEN NOT MATCHED THEN INSERT (K, V) VALUES (s.K, s.V)"
    )
    assert cursor.fetchall() == [(1, 1)]
    assert [column.name for column in cursor.description] == ["number of rows inserted", "number of rows updated"]
    assert cursor.rowcount == 2
    assert contents(run) == [("a", 1), ("b", 20), ("c", 30)]


def test_a_clause_without_rows_counts_zero(run: Run, table: None) -> None:
    run("DELETE FROM S")
    cursor = run("MERGE INTO T USING S ON T.K = S.K WHEN MATCHED THEN DELETE")
    assert [tuple(map(int, row)) for row in cursor.fetchall()] == [(0,)]


def test_a_condition_keeps_the_newer_row(run: Run, table: None) -> None:
    merge = (
        "MERGE INTO T USING S ON T.K = S.K WHEN MATCHED AND S.V > T.V THEN UPDATE SET V = S.V "
        "WHEN NOT MATCHED AND S.V > 99 THEN INSERT (K, V) VALUES (S.K, S.V)"
    )
    run(merge)
    assert contents(run) == [("a", 1), ("b", 20)]
    run("UPDATE S SET V = 3")
    run(merge)
    assert contents(run) == [("a", 1), ("b", 20)]


def test_rows_are_deleted(run: Run, table: None) -> None:
    run("MERGE INTO T USING S ON T.K = S.K WHEN MATCHED AND S.V = 20 THEN DELETE")
    assert contents(run) == [("a", 1)]


def test_two_source_rows_for_one_target_row_are_refused_and_nothing_changes(run: Run, table: None) -> None:
    run("INSERT INTO S VALUES ('b', 21)")
    with pytest.raises(ProgrammingError) as refused:
        run("MERGE INTO T USING S ON T.K = S.K WHEN MATCHED THEN UPDATE SET V = S.V")
    assert (refused.value.errno, refused.value.sqlstate) == (100090, "42P18")
    assert contents(run) == [("a", 1), ("b", 2)]


def test_the_same_merge_from_many_sessions_at_once_adds_each_key_once(connect: Connect, run: Run) -> None:
    run("CREATE TABLE T (K INT)")
    merge = (
        "MERGE INTO T USING (SELECT * FROM (VALUES (1), (2), (3)) AS v(K)) S ON T.K = S.K "
        "WHEN NOT MATCHED THEN INSERT (K) VALUES (S.K)"
    )
    sessions = [connect() for _ in range(6)]
    with ThreadPoolExecutor(len(sessions)) as pool:
        list(pool.map(lambda session: session.cursor().execute(merge), sessions))
    assert run("SELECT COUNT(*), COUNT(DISTINCT K) FROM T").fetchone() == (3, 3)


def test_a_merge_in_a_transaction_is_undone_with_it(run: Run, table: None) -> None:
    run("BEGIN")
    run("MERGE INTO T USING S ON T.K = S.K WHEN NOT MATCHED THEN INSERT (K, V) VALUES (S.K, S.V)")
    run("ROLLBACK")
    assert contents(run) == [("a", 1), ("b", 2)]
