"""The DAGs as Airflow reads them."""

from __future__ import annotations

import ast
import inspect
import re
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from airflow._shared.timezones.timezone import utcnow
from airflow.dag_processing.dagbag import DagBag
from airflow.sdk import DAG, Context, Variable
from airflow.serialization.definitions.dag import SerializedDAG
from airflow.serialization.serialized_objects import DagSerialization
from airflow.timetables.base import TimeRestriction
from airflow.timetables.simple import ContinuousTimetable
from media_stream import coverage, spacing

DAGS = Path(__file__).parents[2] / "dags"
IDS = ["viewership", "demographics", "resume_stream", "watch_arrivals"]


def test_where_no_queue_is_named_no_dag_watches_one(dag_bag_without_queue: DagBag) -> None:
    assert dag_bag_without_queue.import_errors == {}
    assert set(dag_bag_without_queue.dags) == set(IDS) - {"watch_arrivals"}


def test_every_file_is_imported_and_holds_the_dag_of_its_name(dag_bag: DagBag) -> None:
    assert dag_bag.import_errors == {}
    assert {Path(dag.fileloc).stem: dag_id for dag_id, dag in dag_bag.dags.items()} == {name: name for name in IDS}


def test_the_viewership_run_goes_from_the_stream_to_an_empty_outbox(dag_bag: DagBag) -> None:
    assert chain(dag_bag.dags["viewership"]) == [
        "space_runs",
        "clean_viewership",
        "aggregate_viewership",
        "stage_exports",
        "audit_staging",
        "publish_exports",
        "check_warehouse",
        "reconcile_ledger",
        "settle_exports",
    ]


def test_arrivals_are_received_and_then_served_and_so_on_for_ever(dag_bag: DagBag) -> None:
    dag = dag_bag.dags["watch_arrivals"]
    assert chain(dag) == ["receive", "ask_for_runs"]
    assert isinstance(serialized(dag).timetable, ContinuousTimetable)


def test_each_run_of_the_watch_has_a_logical_date_of_its_own(dag_bag: DagBag) -> None:
    """Airflow skips a run whose date another has: the queue would be watched once and never again."""
    dag = dag_bag.dags["watch_arrivals"]
    restriction, dates, interval = TimeRestriction(dag.start_date, None, catchup=False), set(), None
    for _ in range(3):
        info = ContinuousTimetable().next_dagrun_info(last_automated_data_interval=interval, restriction=restriction)
        assert info is not None
        interval = info.data_interval
        assert interval is not None
        dates.add(interval.start)
    assert len(dates) == 3


@pytest.mark.parametrize("dag_id", IDS)
def test_one_run_at_a_time_and_none_for_the_past(dag_bag: DagBag, dag_id: str) -> None:
    dag = dag_bag.dags[dag_id]
    assert (dag.max_active_runs, dag.catchup) == (1, False)


@pytest.mark.parametrize("dag_id", IDS)
def test_every_dag_says_whose_it_is_and_what_it_does(dag_bag: DagBag, dag_id: str) -> None:
    dag = dag_bag.dags[dag_id]
    assert dag.owner == "media-stream"
    assert "media-stream" in dag.tags
    assert dag.doc_md
    assert all(f"`{task.task_id}`" in dag.doc_md for task in dag.tasks), "a task is missing from the description"


@pytest.mark.parametrize("dag_id", IDS)
def test_every_task_is_tried_again_ever_less_often(dag_bag: DagBag, dag_id: str) -> None:
    for task in dag_bag.dags[dag_id].tasks:
        assert (task.retries or 0) >= 3
        assert task.retry_exponential_backoff
        assert isinstance(task.retry_delay, timedelta)
        assert isinstance(task.max_retry_delay, timedelta)
        assert timedelta(0) < task.retry_delay < task.max_retry_delay


def test_the_task_in_which_a_run_has_read_nothing_yet_is_its_first(dag_bag: DagBag) -> None:
    assert dag_bag.dags["viewership"].roots[0].task_id == coverage.SPACING_TASK


def test_the_sweep_waits_for_the_next_half_hour_when_the_dag_is_new(dag_bag: DagBag) -> None:
    timetable = serialized(dag_bag.dags["viewership"]).timetable
    restriction = TimeRestriction(earliest=None, latest=None, catchup=False)
    run = timetable.next_dagrun_info(last_automated_data_interval=None, restriction=restriction)
    assert run is not None
    assert utcnow() < run.run_after <= utcnow() + timedelta(minutes=30)


def test_reading_the_dags_looks_nothing_up(no_network: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(name: str, *_: Any, **__: Any) -> None:
        raise AssertionError(f"the variable {name} was read while the file was parsed")

    monkeypatch.setattr(Variable, "get", refuse)
    assert DagBag(DAGS).import_errors == {}


@pytest.mark.parametrize("file", sorted(DAGS.rglob("*.py")), ids=lambda file: str(file.relative_to(DAGS)))
def test_dags_need_nothing_but_airflow_its_providers_and_the_standard_library(file: Path) -> None:
    what_the_providers_bring = {"botocore", "snowflake"}
    allowed = {"airflow", "media_stream", *what_the_providers_bring, *sys.stdlib_module_names}
    assert imported(file) <= allowed


@pytest.mark.parametrize("dag_id", IDS)
def test_no_task_function_takes_an_argument_whose_name_airflow_keeps_for_itself(dag_bag: DagBag, dag_id: str) -> None:
    functions = [task.python_callable for task in dag_bag.dags[dag_id].tasks if hasattr(task, "python_callable")]
    taken = {name for function in functions for name in inspect.signature(function).parameters}
    assert not taken & Context.__annotations__.keys()


def test_each_variable_a_task_reads_is_one_the_stack_keeps_in_secrets_manager(dag_bag: DagBag) -> None:
    template = (DAGS.parent / "infra" / "template.yaml").read_text()
    for dag in dag_bag.dags.values():
        for name in variables(dag) | named_in_code() | {spacing.VARIABLE}:
            assert f"airflow/variables/{name}" in template


def chain(dag: DAG) -> list[str]:
    """The ids of the tasks of a DAG without branches, in order."""
    for task in dag.tasks:
        assert len(task.upstream_task_ids - {"stage_exports"}) <= 1
    return [task.task_id for task in dag.topological_sort()]  # type: ignore[no-untyped-call]


def serialized(dag: DAG) -> SerializedDAG:
    """The DAG as the scheduler knows it."""
    return DagSerialization.from_dict(DagSerialization.to_dict(dag))


def imported(file: Path) -> set[str]:
    """The top-level modules a file imports."""
    nodes = list(ast.walk(ast.parse(file.read_text())))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    named = {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
    return {name.split(".")[0] for name in plain | named}


def named_in_code() -> set[str]:
    """The names in calls of `Variable.get("<name>")`."""
    return {name for file in DAGS.rglob("*.py") for name in re.findall(r'Variable\.get\("(\w+)"', file.read_text())}


def variables(dag: DAG) -> set[str]:
    """The names in a DAG's `var.value.<name>` templates."""
    words = str(DagSerialization.to_dict(dag)).split("var.value.")[1:]
    return {word.split()[0] for word in words}
