"""Names given as values, sequences in VALUES, and the columns of a stage's files: what write_pandas needs, and more."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from snowflake.connector.errors import ProgrammingError

pytestmark = pytest.mark.cases


@pytest.fixture
def bound(connect: Any) -> Any:
    """Run a statement with bound values, by question marks."""
    return connect(paramstyle="qmark").cursor().execute


@pytest.mark.parametrize("name", ["T", "t", '"T"', "S.T", '"S"."T"'])
def test_a_table_is_named_by_a_bound_value_wherever_a_name_may_stand(bound: Any, name: str) -> None:
    bound("CREATE TABLE IDENTIFIER(?) (A INT)", (name,))
    bound("INSERT INTO IDENTIFIER(?) VALUES (?), (?)", (name, 1, 2))
    assert bound("SELECT A FROM IDENTIFIER(?) WHERE A > ?", (name, 1)).fetchall() == [(2,)]
    bound("TRUNCATE TABLE IDENTIFIER(?)", (name,))
    assert bound("SELECT COUNT(*) FROM T").fetchall() == [(0,)]
    bound("ALTER TABLE IDENTIFIER(?) RENAME TO IDENTIFIER(?)", (name, "U"))
    bound("DROP TABLE IDENTIFIER('U')")


@pytest.mark.parametrize("name", ["", "T; DROP TABLE T", "T WHERE 1 = 1", '"T', "a.b.c.d", "1"])
def test_a_value_that_is_no_name_is_refused(bound: Any, name: str) -> None:
    with pytest.raises(ProgrammingError, match="invalid identifier"):
        bound("SELECT * FROM IDENTIFIER(?)", (name,))


def test_a_session_variable_names_a_table(run: Any) -> None:
    run("CREATE TABLE T (A INT)")
    run("SET TARGET = 'S.T'")
    run("INSERT INTO IDENTIFIER($target) VALUES (1)")
    assert run("SELECT A FROM T").fetchall() == [(1,)]
    with pytest.raises(ProgrammingError):
        run("SELECT * FROM IDENTIFIER($NONE_SUCH)")


def test_a_sequence_gives_its_next_values_in_values_and_in_a_default(run: Any, database: str) -> None:
    run("CREATE SEQUENCE Q START = 10 INCREMENT = 5")
    run("CREATE TABLE T (A INT DEFAULT Q.NEXTVAL, B VARCHAR)")
    run(f"INSERT INTO T VALUES (Q.NEXTVAL, 'a'), (S.q.nextval, 'b'), ({database}.\"S\".\"Q\".NEXTVAL, 'c')")
    run("INSERT INTO T (B) VALUES ('e')")
    run("INSERT INTO T SELECT Q.NEXTVAL + 1, 'f'")
    assert run("SELECT A FROM T ORDER BY B").fetchall() == [(10,), (15,), (20,), (25,), (31,)]


def test_a_column_of_a_file_may_have_any_name(run: Any, put_parquet: Callable[..., None]) -> None:
    run('CREATE TABLE T ("a name" INT, B VARCHAR)')
    put_parquet(pa.table({"a name": [1, 2], "B": ["x", None]}))
    run('COPY INTO T FROM (SELECT $1:"a name"::INT, $1:B FROM @FILES) FILE_FORMAT = (TYPE = PARQUET)')
    assert run("SELECT * FROM T").fetchall() == [(1, "x"), (2, None)]


@pytest.fixture
def put_parquet(run: Any, tmp_path: Path) -> Callable[[pa.Table], None]:
    run("CREATE STAGE FILES")
    run("CREATE FILE FORMAT F TYPE = PARQUET")

    def put(table: pa.Table) -> None:
        pq.write_table(table, tmp_path / "a.parquet")
        run(f"PUT file://{tmp_path / 'a.parquet'} @FILES AUTO_COMPRESS=FALSE")

    return put


def test_the_columns_of_a_stages_files_are_inferred(bound: Any, run: Any, put_parquet: Callable[..., None]) -> None:
    asked = "SELECT COLUMN_NAME, TYPE FROM TABLE(INFER_SCHEMA(LOCATION => ?, FILE_FORMAT => ?)) WHERE ORDER_ID < ?"
    assert bound(asked, ("@FILES", "F", 9)).fetchall() == []
    moments = pa.array([0], pa.timestamp("us"))
    put_parquet(pa.table({"A": [1], "b c": ["x"], "D": [1.5], "E": [True], "M": moments, "V": [{"k": 1}]}))
    assert bound(asked, ("@FILES", "F", 9)).fetchall() == [
        ("A", "NUMBER(38, 0)"), ("b c", "TEXT"), ("D", "REAL"), ("E", "BOOLEAN"), ("M", "TIMESTAMP_NTZ"),
        ("V", "VARIANT"),
    ]  # fmt: skip
    assert run("SELECT COUNT(*) FROM TABLE(INFER_SCHEMA(LOCATION => '@FILES/', FILE_FORMAT => 'F'))").fetchall() == [
        (6,)
    ]


@pytest.mark.parametrize("match", [True, False], ids=["by name", "by a query"])
def test_nested_values_become_json_and_nanoseconds_with_a_zone_timestamps(
    run: Any, put_parquet: Callable[..., None], match: bool
) -> None:
    run("CREATE TABLE T (M TIMESTAMP_NTZ, V VARCHAR, W VARIANT)")
    nested = [{"k": "it's", "l": [1, None]}]
    put_parquet(pa.table({"M": pa.array([1_500_000_000], pa.timestamp("ns", tz="UTC")), "V": nested, "W": [[1, 2]]}))
    if match:
        run("COPY INTO T FROM @FILES FILE_FORMAT = (FORMAT_NAME = 'F') MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE")
    else:
        run("COPY INTO T FROM (SELECT $1:M, $1:V::VARCHAR, $1:W FROM @FILES) FILE_FORMAT = (FORMAT_NAME = 'F')")
    [(moment, text, listed)] = run("SELECT * FROM T").fetchall()
    assert moment == datetime(1970, 1, 1, 0, 0, 1, 500_000)
    assert json.loads(text) == nested[0]
    assert json.loads(listed) == [1, 2]
