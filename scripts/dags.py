"""Airflow's DAGs as the end-to-end run sees them: through MWAA's InvokeRestApi, on either side.

Source: https://docs.aws.amazon.com/mwaa/latest/API/API_InvokeRestApi.html
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import boto3
from botocore.exceptions import ClientError

from scripts.errors import LabError, Unavailable
from scripts.stack import Outputs

DAGS = ("viewership", "demographics")
PARSE_SECONDS = 180
POLL_SECONDS = 1.0
NOT_FOUND = 404
UNFINISHED = ("queued", "running")


@dataclass(frozen=True, slots=True)
class DagRun:
    """One run of a DAG: its id and state (queued, running, success, failed)."""

    dag_id: str
    run_id: str
    state: str


def wait_until_parsed(session: boto3.Session, outputs: Outputs) -> None:
    """Return when Airflow knows every DAG; a trigger for one it has not parsed would be refused.

    Raises:
        LabError: a DAG is missing after three minutes; the message carries Airflow's import errors.
    """
    deadline = time.monotonic() + PARSE_SECONDS
    missing = set(DAGS)
    while missing:
        missing = {dag for dag in missing if not _is_parsed(session, outputs, dag)}
        if missing and time.monotonic() > deadline:
            errors = _get(session, outputs, "/importErrors").get("import_errors", [])
            words = "\n".join(str(error.get("stack_trace", error)) for error in errors) or "no import error is reported"
            raise LabError(
                f"Airflow has not parsed the DAG {sorted(missing)[0]} after {PARSE_SECONDS} s: {words}",
                next_command="make logs SERVICE=airflow-dag-processor",
            )
        if missing:
            time.sleep(POLL_SECONDS)


def unfinished(session: boto3.Session, outputs: Outputs) -> list[DagRun]:
    """The runs that are queued or running, of every DAG."""
    return [run for dag in DAGS for run in runs(session, outputs, dag) if run.state in UNFINISHED]


def runs(session: boto3.Session, outputs: Outputs, dag_id: str) -> list[DagRun]:
    """The latest runs of a DAG, newest first."""
    body = _get(session, outputs, f"/dags/{dag_id}/dagRuns", {"order_by": "-run_after", "limit": 20})
    return [DagRun(dag_id, run["dag_run_id"], run["state"]) for run in body["dag_runs"]]


def failed_tasks(session: boto3.Session, outputs: Outputs, run: DagRun) -> list[str]:
    """The names of a run's failed tasks, as far as they are among the latest of its DAG.

    They are not asked for by the run's id: MWAA takes paths of at most 64 characters.
    """
    query = {"state": "failed", "order_by": "-start_date", "limit": 100}
    body = _get(session, outputs, f"/dags/{run.dag_id}/dagRuns/~/taskInstances", query)
    return [task["task_id"] for task in body["task_instances"] if task["dag_run_id"] == run.run_id]


def _is_parsed(session: boto3.Session, outputs: Outputs, dag_id: str) -> bool:
    try:
        return bool(_get(session, outputs, f"/dags/{dag_id}")["dag_id"])
    except ClientError as error:
        if error.response.get("RestApiStatusCode") == NOT_FOUND:
            return False
        raise
    except Unavailable:
        return False


def _get(session: boto3.Session, outputs: Outputs, path: str, query: dict[str, Any] | None = None) -> dict[str, Any]:
    try:
        answer = session.client("mwaa").invoke_rest_api(
            Name=outputs.mwaa_environment_name, Path=path, Method="GET", QueryParameters=query or {}
        )
    except ClientError as error:
        if error.response["Error"]["Code"] == "RestApiServerException":
            raise Unavailable(f"Airflow does not answer: {error}", next_command="make status") from error
        raise
    return dict(answer["RestApiResponse"])
