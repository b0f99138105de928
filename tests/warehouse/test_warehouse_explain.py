"""EXPLAIN tells of a statement and does not run it."""

import json
from typing import Any

import pytest
from snowflake.connector.errors import ProgrammingError

STATEMENTS = (
    "SELECT A, COUNT(*) FROM T JOIN U USING (A) WHERE B = 'x' GROUP BY A",
    "INSERT INTO T VALUES (2, 'y')",
    "DELETE FROM T",
    "MERGE INTO T USING U ON T.A = U.A WHEN MATCHED THEN UPDATE SET T.B = 'z'",
    "CREATE TABLE V AS SELECT * FROM T",
)


@pytest.fixture(autouse=True)
def tables(run: Any) -> None:
    run("CREATE TABLE T (A INT, B VARCHAR)")
    run("CREATE TABLE U (A INT)")
    run("INSERT INTO T VALUES (1, 'x')")


@pytest.mark.parametrize("statement", STATEMENTS)
def test_the_plan_of_a_statement_is_told_and_the_statement_not_run(run: Any, statement: str) -> None:
    steps = run(f"EXPLAIN {statement} -- a comment").fetchall()
    assert {parent for _, _, parent, *_ in steps} - {None} <= {f"[{number}]" for _, number, *_ in steps}
    assert run("SELECT * FROM T").fetchall() == [(1, "x")]
    assert len(run("SHOW TABLES").fetchall()) == 2


def test_a_step_names_its_table(run: Any, database: str) -> None:
    steps = run("EXPLAIN SELECT * FROM T")
    assert [column.name for column in steps.description[:5]] == [
        "step",
        "id",
        "parentOperators",
        "operation",
        "objects",
    ]
    assert f"[{database}.S.T]" in {row[4] for row in steps.fetchall()}


def test_the_plan_comes_as_text_and_as_json(run: Any) -> None:
    assert ".S.T" in run("EXPLAIN USING TEXT SELECT * FROM T").fetchall()[0][0]
    assert json.loads(run("EXPLAIN USING JSON SELECT * FROM T").fetchall()[0][0])[0]["name"]


@pytest.mark.parametrize(("statement", "code"), [("", 900), ("SELECT * FROM NOPE", 2003), ("SELECT FROM WHERE", 1003)])
def test_a_statement_that_could_not_run_cannot_be_explained(run: Any, statement: str, code: int) -> None:
    with pytest.raises(ProgrammingError) as caught:
        run(f"EXPLAIN {statement}")
    assert caught.value.errno == code
