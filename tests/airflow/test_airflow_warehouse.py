"""Loading, checking and closing the books, against a warehouse that only writes down what it is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from airflow.dag_processing.dagbag import DagBag
from airflow.providers.snowflake.hooks.snowflake import SnowflakeHook
from media_stream import warehouse
from media_stream.outbox import Export

EXPORT = Export("through-000000000007", 3, 40, Decimal("1.10"), datetime(2026, 3, 10, 12, 0, 0, 250, UTC))
SQL = Path(__file__).parents[2] / "snowflake"


Answer = tuple[list[str], list[tuple[Any, ...]]]
"""What a statement returns: its columns and its rows."""


@dataclass
class FakeWarehouse:
    """A warehouse that keeps the sessions opened on it, and answers each statement by `answer`."""

    answer: Callable[[str], Answer] = lambda _: (["HOLDS", "HOLDS_TOO"], [(True, True)])
    sessions: list[FakeSession] = field(default_factory=list)

    def connect(self) -> FakeSession:
        self.sessions.append(FakeSession(self))
        return self.sessions[-1]


@dataclass
class FakeSession:
    """A connection and its cursor: keeps its statements, without the comment lines."""

    warehouse: FakeWarehouse
    statements: list[str] = field(default_factory=list)
    autocommit_mode: bool = False
    closed: bool = False
    description: list[tuple[str, ...]] = field(default_factory=list)
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    rowcount: int = 1
    sfqid: str = "a query"

    def autocommit(self, mode: bool) -> None:
        self.autocommit_mode = mode

    def cursor(self, *_: Any) -> FakeSession:
        return self

    def execute(self, statement: str, *_: Any, **__: Any) -> None:
        lines = [line for line in statement.splitlines() if line and not line.startswith("--")]
        self.statements.append("\n".join(lines))
        columns, self.rows = self.warehouse.answer(self.statements[-1])
        self.description = [(column,) for column in columns]

    def fetchall(self) -> list[tuple[Any, ...]]:
        return self.rows

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch, dag_bag: DagBag) -> FakeWarehouse:
    """The warehouse that the hook of every task connects to; tasks belong to the DAG `viewership`."""
    warehouse_ = FakeWarehouse()
    monkeypatch.setattr(SnowflakeHook, "get_conn", warehouse_.connect)
    monkeypatch.setattr(SnowflakeHook, "_has_autocommit_session_parameter", lambda _: True)
    monkeypatch.setattr(warehouse, "get_current_context", lambda: {"dag": dag_bag.dags["viewership"]})
    return warehouse_


def test_a_load_is_one_transaction_in_one_session(fake: FakeWarehouse) -> None:
    warehouse.load(EXPORT)
    load, check = fake.sessions
    verbs = [statement.split()[0].rstrip(";") for statement in load.statements]
    assert verbs.count("BEGIN") == verbs.count("COMMIT") == 1
    assert verbs[-1] == "COMMIT"
    assert set(verbs[: verbs.index("BEGIN")]) <= {"ALTER"}
    assert load.autocommit_mode, "the SQL opens the transaction, not the client"
    assert load.closed
    assert check.closed
    assert len(check.statements) == 1


def test_a_load_names_its_export_and_leaves_no_template_unfilled(fake: FakeWarehouse) -> None:
    warehouse.load(EXPORT)
    text = "\n".join(statement for session in fake.sessions for statement in session.statements)
    assert f"@OPS.EXPORTS/viewership/{EXPORT.id}/" in text
    assert "'1.10'" in text
    assert "t.ARRIVED_AT >= '2026-03-10 12:00:00.000250'" in text
    assert "{{" not in text
    assert "}}" not in text


def test_a_load_that_fails_commits_nothing_and_ends_its_session(fake: FakeWarehouse) -> None:
    def refuse(statement: str) -> Answer:
        if statement.startswith("MERGE"):
            raise RuntimeError("the warehouse refuses")
        return [], []

    fake.answer = refuse
    with pytest.raises(RuntimeError, match="the warehouse refuses"):
        warehouse.load(EXPORT)
    (session,) = fake.sessions
    assert not [statement for statement in session.statements if statement.startswith("COMMIT")]
    assert session.closed


def test_a_load_that_arrived_otherwise_than_the_lake_sent_it_is_an_error(fake: FakeWarehouse) -> None:
    fake.answer = lambda _: (["LOADED_ONCE", "EVENTS_MATCH"], [(True, False)])
    with pytest.raises(warehouse.CheckFailed, match="1 of 2 checks failed: EVENTS_MATCH"):
        warehouse.load(EXPORT)


@pytest.mark.parametrize(
    ("results", "columns", "message"),
    [
        pytest.param([[(True, False)]], [["A", "B"]], "1 of 2 checks failed: B", id="a check that is false"),
        pytest.param([[(True,)], [(None,)]], [["A"], ["B"]], "1 of 2 checks failed: B", id="a check that is null"),
        pytest.param([[(False,)], [(False,)]], [["A"], ["B"]], "2 of 2 checks failed: A, B", id="all, not the first"),
        pytest.param([[(False,)], [(True,)]], [["A"], ["A"]], "1 of 2 checks failed: A", id="one of two of one name"),
        pytest.param([[(1,)]], [["A"]], "1 of 1 checks failed: A", id="a number is no answer"),
        pytest.param([[(True,)], []], [["A"], ["B"]], "returned no row", id="a query without a row"),
        pytest.param([], [], "returned no row", id="no query at all"),
    ],
)
def test_a_check_that_does_not_hold_fails_by_its_name(
    results: list[Any], columns: list[list[str]], message: str
) -> None:
    with pytest.raises(warehouse.CheckFailed, match=message):
        warehouse.require_all(results, [[(name,) for name in names] for names in columns])


def test_checks_that_hold_are_named_in_the_result() -> None:
    assert warehouse.require_all([[(True, True)]], [[("A",), ("B",)]]) == [["A", "B"]]


def test_every_check_of_the_warehouse_is_run(dag_bag: DagBag) -> None:
    queries = {file.read_text() for file in (SQL / "checks").glob("*.sql")}
    assert queries
    task = dag_bag.dags["viewership"].get_task("check_warehouse")
    assert isinstance(task, warehouse.Checks)
    assert set(task.sql) == queries


@pytest.mark.parametrize("task_id", ["check_warehouse", "reconcile_ledger"])
def test_checks_and_books_begin_at_the_first_arrival_of_all_exports(dag_bag: DagBag, task_id: str) -> None:
    class LoadedTwo:
        def xcom_pull(self, *, task_ids: str) -> dict[str, str]:
            return {
                "load_exports": {
                    "through-000000000007": "2026-03-10 12:00:00.000250",
                    "through-000000000008": "2026-02-01 00:00:00.000000",
                }
            }[task_ids]

    environment = dag_bag.dags["viewership"].get_template_env()
    files = {"check_warehouse": "checks/keys.sql", "reconcile_ledger": "ledger/write.sql"}
    text = environment.get_template(files[task_id]).render(ti=LoadedTwo(), run_id="run")
    assert "ARRIVED_AT >= '2026-02-01 00:00:00.000000'" in text
    assert "{{" not in text


def test_books_that_do_not_balance_name_the_records(fake: FakeWarehouse) -> None:
    answers: dict[str, Answer] = {
        "BEGIN;": ([], []),
        "COMMIT;": ([], []),
        "SELECT balanced": (["WRITTEN", "NONE_UNACCOUNTED"], [(True, False)]),
        "SELECT unbalanced": (["STREAM_NAME", "SEQUENCE_NUMBER"], [("viewership-stream", "49590338")]),
    }
    fake.answer = answers.__getitem__
    with pytest.raises(warehouse.CheckFailed, match=r"NONE_UNACCOUNTED\n\('viewership-stream', '49590338'\)"):
        warehouse.close_books("BEGIN; COMMIT;", "SELECT balanced", "SELECT unbalanced")


def test_books_that_balance_are_closed_without_a_word(fake: FakeWarehouse) -> None:
    warehouse.close_books("BEGIN; COMMIT;", "SELECT balanced", "SELECT unbalanced")
    assert [session.statements for session in fake.sessions] == [["BEGIN;", "COMMIT;"], ["SELECT balanced"]]
