"""Staging, publishing, checking and closing the books, against a warehouse that only writes down what it is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from airflow.dag_processing.dagbag import DagBag
from airflow.providers.snowflake.hooks.snowflake import SnowflakeHook
from airflow.sdk import Context
from media_stream import batch, warehouse
from media_stream.outbox import TABLES, Export

ROWS = {table: number for number, table in enumerate(TABLES)}
EXPORT = Export("through-000000000007", 3, 40, Decimal("1.10"), datetime(2026, 3, 10, 12, 0, 0, 250, UTC), ROWS)
SQL = Path(__file__).parents[2] / "snowflake"
HOSTILE = "manual'; DROP TABLE ANALYTICS.VIEWERSHIP_LOGS; --"
"""A run's id is whatever a user typed."""


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
    bound: list[dict[str, Any]] = field(default_factory=list)
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

    def execute(self, statement: str, bound: Any = None, **_: Any) -> None:
        if bound:
            self.bound.append(bound)
        lines = [line for line in statement.splitlines() if line and not line.startswith("--")]
        self.statements.append("\n".join(lines))
        columns, self.rows = self.warehouse.answer(self.statements[-1])
        self.description = [(column,) for column in columns]

    def fetchall(self) -> list[tuple[Any, ...]]:
        return self.rows

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> FakeWarehouse:
    """The warehouse that the hook of every task connects to."""
    warehouse_ = FakeWarehouse()
    monkeypatch.setenv("AIRFLOW_CONN_SNOWFLAKE_DEFAULT", '{"conn_type": "snowflake"}')
    monkeypatch.setattr(SnowflakeHook, "get_conn", warehouse_.connect)
    monkeypatch.setattr(SnowflakeHook, "_has_autocommit_session_parameter", lambda _: True)
    return warehouse_


def test_staging_is_one_transaction_in_one_session(fake: FakeWarehouse) -> None:
    warehouse.stage([EXPORT], HOSTILE)
    (session,) = fake.sessions
    verbs = [statement.split()[0].rstrip(";") for statement in session.statements]
    assert verbs[:3] == ["ALTER", "BEGIN", "DELETE"]
    assert verbs[-2:] == ["INSERT", "COMMIT"]
    assert set(verbs[2:-2]) == {"DELETE", "COPY"}
    assert session.closed


def test_staging_names_its_exports_and_binds_what_comes_from_outside(fake: FakeWarehouse) -> None:
    warehouse.stage([EXPORT, replace(EXPORT, id="through-000000000008")], HOSTILE)
    (session,) = fake.sessions
    text = "\n".join(session.statements)
    assert "@OPS.EXPORTS/viewership/through-000000000007/" in text
    assert "@OPS.EXPORTS/viewership/through-000000000008/" in text
    assert "{{" not in text
    assert HOSTILE not in text
    first, second = session.bound
    assert first["batch_id"] == second["batch_id"]
    assert {name: value for name, value in first.items() if name != "batch_id" and not name.endswith("_rows")} == {
        "export_id": "through-000000000007",
        "events": 3,
        "minutes": 40,
        "ad_revenue": "1.10",
        "first_arrival": "2026-03-10 12:00:00.000250",
        "run_id": HOSTILE,
    }
    assert {f"{table}_rows": number for table, number in ROWS.items()}.items() <= first.items()


def test_publishing_is_one_transaction_of_the_run_s_own_batch(fake: FakeWarehouse) -> None:
    warehouse.publish(1, HOSTILE)
    (session,) = fake.sessions
    verbs = [statement.split()[0].rstrip(";") for statement in session.statements]
    assert verbs[:3] == ["ALTER", "BEGIN", "UPDATE"]
    assert verbs[-1] == "COMMIT"
    assert verbs.count("BEGIN") == verbs.count("COMMIT") == 1
    assert session.bound == [{"run_id": HOSTILE}]


def test_a_batch_of_which_staging_holds_another_number_is_not_published(fake: FakeWarehouse) -> None:
    with pytest.raises(batch.BatchReplaced, match="1 audited exports of the run 'mine', not the 2"):
        warehouse.publish(2, "mine")
    (session,) = fake.sessions
    assert session.statements[-1].startswith("UPDATE STAGING.BATCH")
    assert session.closed


@pytest.mark.parametrize("act", [lambda: warehouse.stage([EXPORT], "run"), lambda: warehouse.publish(1, "run")])
def test_what_fails_on_its_way_commits_nothing_and_ends_its_session(
    fake: FakeWarehouse, act: Callable[[], None]
) -> None:
    def refuse(statement: str) -> Answer:
        if statement.startswith(("MERGE", "COPY")):
            raise RuntimeError("the warehouse refuses")
        return [], []

    fake.answer = refuse
    with pytest.raises(RuntimeError, match="the warehouse refuses"):
        act()
    (session,) = fake.sessions
    assert not [statement for statement in session.statements if statement.startswith("COMMIT")]
    assert session.closed


def test_an_audit_that_finds_rows_at_fault_names_them() -> None:
    row = ("through-000000000007", "e1", "stream", "u1", "4959", "missing: SESSION_ID")
    with pytest.raises(warehouse.AuditFailed, match=r"Nothing was published[^$]*'e1'[^$]*missing: SESSION_ID"):
        warehouse.require_none([[], [row]], [[], []])


def audit() -> None:
    """Run the task with one query, as Airflow does when it has read the file."""
    task = warehouse.Audit(task_id="audit")
    task.sql = ["SELECT FAULT"]
    task.execute(Context())


def test_what_passes_the_audit_is_marked_by_the_id_it_had_when_the_audit_began(fake: FakeWarehouse) -> None:
    fake.answer = lambda statement: (["BATCH_ID"], [("one",)] if statement.startswith("SELECT BATCH_ID") else [])
    audit()
    [marked] = [session for session in fake.sessions if session.bound]
    assert marked.bound == [{"batch_id": "one"}]
    assert marked.statements[-2].startswith("UPDATE STAGING.BATCH SET AUDITED_AT")


def test_what_the_audit_finds_at_fault_is_not_marked(fake: FakeWarehouse) -> None:
    fake.answer = lambda _: (["A"], [("at fault",)])
    with pytest.raises(warehouse.AuditFailed, match="at fault"):
        audit()
    assert not [session for session in fake.sessions if session.bound]


def test_an_audit_without_a_row_at_fault_lets_the_batch_through() -> None:
    assert warehouse.require_none([[], []], [[], []]) == []


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


@pytest.mark.parametrize(
    ("task_id", "kind", "folder"),
    [("audit_staging", warehouse.Audit, "audit"), ("check_warehouse", warehouse.Checks, "checks")],
)
def test_every_query_of_the_folder_is_run(dag_bag: DagBag, task_id: str, kind: type, folder: str) -> None:
    queries = {file.read_text() for file in (SQL / folder).glob("*.sql")}
    assert queries
    task: Any = dag_bag.dags["viewership"].get_task(task_id)
    assert isinstance(task, kind)
    assert set(task.sql) == queries


class StagedTwo:
    """The task instance of a run that has staged two exports."""

    def xcom_pull(self, *, task_ids: str) -> dict[str, str]:
        return {
            "stage_exports": {
                "through-000000000007": "2026-03-10 12:00:00.000250",
                "through-000000000008": "2026-02-01 00:00:00.000000",
            }
        }[task_ids]


def test_checks_begin_at_the_first_arrival_of_all_exports(dag_bag: DagBag) -> None:
    task: Any = dag_bag.dags["viewership"].get_task("check_warehouse")
    task.dag = dag_bag.dags["viewership"]
    assert task.render_template(task.parameters, {"ti": StagedTwo(), **task.dag.user_defined_macros}) == {
        "first_arrival": "2026-02-01 00:00:00.000000"
    }


def test_books_that_do_not_balance_name_the_records(fake: FakeWarehouse) -> None:
    def answer(statement: str) -> Answer:
        if "AS NONE_UNACCOUNTED" in statement:
            return ["WRITTEN", "NONE_UNACCOUNTED"], [(True, False)]
        if "FROM OPS.RECORD_FATES" in statement and statement.startswith("SELECT"):
            return ["STREAM_NAME", "SEQUENCE_NUMBER"], [("viewership-stream", "49590338")]
        return [], []

    fake.answer = answer
    with pytest.raises(warehouse.CheckFailed, match=r"NONE_UNACCOUNTED\n\('viewership-stream', '49590338'\)"):
        warehouse.close_books("run", "2026-03-10 12:00:00.000250")


def test_books_are_written_in_one_transaction_and_then_read(fake: FakeWarehouse) -> None:
    warehouse.close_books(HOSTILE, "2026-03-10 12:00:00.000250")
    write, read = fake.sessions
    verbs = [statement.split()[0].rstrip(";") for statement in write.statements]
    assert verbs == ["ALTER", "BEGIN", "DELETE", "INSERT", "COMMIT"]
    bound = {"run_id": HOSTILE, "first_arrival": "2026-03-10 12:00:00.000250"}
    assert write.bound == [bound, bound]
    assert read.bound == [bound]
    assert HOSTILE not in "\n".join((*write.statements, *read.statements))
