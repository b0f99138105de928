"""The DAGs under the Airflow of MWAA: its version, its Python, its constraints, and its one folder."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

CHAIN = [
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


def test_airflow_and_python_are_those_of_mwaa(parsed: Any) -> None:
    environment = Path(sys.prefix).name

    assert environment == f"mwaa-{parsed['versions']['apache-airflow']}"
    assert sys.version_info[:2] == (3, 12)


def test_every_file_of_the_folder_is_imported(parsed: Any) -> None:
    assert parsed["errors"] == {}
    assert sorted(parsed["dags"]) == ["demographics", "resume_stream", "viewership"]


def test_the_dags_have_their_tasks_in_order(parsed: Any) -> None:
    assert parsed["dags"]["viewership"]["tasks"] == CHAIN
    assert parsed["dags"]["demographics"]["tasks"] == ["merge_demographics"]
    assert parsed["dags"]["resume_stream"]["tasks"] == ["resume"]


def test_one_run_at_a_time_and_a_sweep_every_half_hour(parsed: Any) -> None:
    assert {dag["max_active_runs"] for dag in parsed["dags"].values()} == {1}
    timetable = parsed["dags"]["viewership"]["timetable"]
    assert timetable["__type"].endswith("CronTriggerTimetable")
    assert timetable["__var"]["expression"] == "*/30 * * * *"
    assert parsed["dags"]["demographics"]["timetable"]["__type"].endswith("NullTimetable")


def test_the_sql_is_found_inside_the_folder(parsed: Any, folder: Path) -> None:
    assert parsed["dags"]["viewership"]["template_searchpath"] == [str(folder / "snowflake")]
    assert (folder / "snowflake" / "load" / "publish.sql").is_file()


def test_the_first_task_waits_in_the_triggerer_only_when_there_is_an_interval(run: Any) -> None:
    found = run("space_runs.py")

    assert found["0"] == "passes"
    trigger, moment, method = found["15"]
    assert trigger == "airflow.providers.standard.triggers.temporal.DateTimeTrigger"
    assert datetime.fromisoformat(moment) - datetime.fromisoformat(found["starts"]) == timedelta(minutes=15)
    assert method == "look_again"
