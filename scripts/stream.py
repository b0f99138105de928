"""The streaming job: one run of it on EMR Serverless, always."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import boto3

from scripts.errors import LabError
from scripts.stack import Outputs

if TYPE_CHECKING:
    from mypy_boto3_emr_serverless.literals import JobRunStateType
    from mypy_boto3_emr_serverless.type_defs import (
        JobDriverOutputTypeDef,
        JobDriverTypeDef,
        JobRunSummaryTypeDef,
        JobRunTypeDef,
    )

JOB_NAME = "stream_viewership"
ACTIVE: Final = ("SUBMITTED", "QUEUED", "PENDING", "SCHEDULED", "RUNNING")
START_SECONDS = 300
POLL_SECONDS = 1.0


def ensure(session: boto3.Session, outputs: Outputs, on_progress: Callable[[str], None]) -> str:
    """Start the streaming job unless a run of it with this code and trigger is active, and wait until it runs.

    A run with other code, or one that commits at another interval, is cancelled first: its successor goes on at its
    checkpoint.

    Returns:
        The id of the job run.

    Raises:
        LabError: the run failed to start; the message carries its state details.
    """
    known = _runs(session, outputs)
    runs = [_get(session, outputs, run["id"]) for run in known if run["state"] in ACTIVE]
    wanted = _command(_driver(session, outputs))
    current = [run for run in runs if _command(run["jobDriver"]) == wanted]
    for run in runs:
        if run not in current:
            on_progress(
                f"{JOB_NAME} runs other code, or with other arguments, as job run {run['jobRunId']}: cancelling it"
            )
            _cancel(session, outputs, run["jobRunId"])
    predecessor = known[0]["id"] if known else outputs.emr_application_id
    run_id = current[0]["jobRunId"] if current else _start(session, outputs, predecessor)
    on_progress(f"{JOB_NAME} {'already runs' if current else 'started'} as job run {run_id}")
    _wait_for(session, outputs, run_id, "RUNNING")
    return run_id


def check(session: boto3.Session, outputs: Outputs, run_id: str) -> int:
    """Raise a LabError when the job run has ended; return which attempt it is at, 1 until it was restarted."""
    run = _get(session, outputs, run_id)
    if run["state"] not in ACTIVE:
        raise LabError(
            f"The streaming job {JOB_NAME} (job run {run_id}) is {run['state']}: "
            f"{run.get('stateDetails') or 'no details'}.",
            next_command="make e2e",
        )
    return run.get("attempt", 1)


def _start(session: boto3.Session, outputs: Outputs, predecessor: str) -> str:
    """Start a run after `predecessor`: one only, whoever starts it. DAG resume_stream names the token alike."""
    client = session.client("emr-serverless")
    try:
        return _request(session, outputs, f"after-{predecessor}")
    except client.exceptions.ConflictException as error:
        raise LabError(
            f"{JOB_NAME} was started by another at this moment: {error.response['Error']['Message']}",
            next_command="make e2e",
        ) from error


def _request(session: boto3.Session, outputs: Outputs, client_token: str) -> str:
    answer = session.client("emr-serverless").start_job_run(
        applicationId=outputs.emr_application_id,
        clientToken=client_token,
        executionRoleArn=outputs.emr_execution_role_arn,
        name=JOB_NAME,
        mode="STREAMING",
        retryPolicy={"maxFailedAttemptsPerHour": 10},
        executionTimeoutMinutes=0,
        jobDriver=_driver(session, outputs),
        configurationOverrides={
            "monitoringConfiguration": {
                "s3MonitoringConfiguration": {"logUri": f"s3://{outputs.lake_bucket}/logs/emr/"}
            }
        },
    )
    return answer["jobRunId"]


def _driver(session: boto3.Session, outputs: Outputs) -> JobDriverTypeDef:
    """What a run with this code and trigger is made of."""
    return {
        "sparkSubmit": {
            "entryPoint": f"{_code(outputs)}/jobs/{JOB_NAME}.py",
            "entryPointArguments": [
                *("--lake-bucket", outputs.lake_bucket),
                *("--stream-name", outputs.stream_name),
                *("--kinesis-endpoint", outputs.kinesis_endpoint),
                *("--region", session.region_name),
                *("--trigger", f"{outputs.stream_trigger_seconds} seconds"),
                *("--idle-minutes", outputs.stream_idle_minutes),
            ],
            "sparkSubmitParameters": f"--py-files {_code(outputs)}/jobs.zip --conf spark.cores.max=1",
        }
    }


def _command(driver: JobDriverTypeDef | JobDriverOutputTypeDef) -> tuple[str, ...]:
    """The program and its arguments."""
    spark = driver["sparkSubmit"]
    return (spark["entryPoint"], *spark.get("entryPointArguments", ()))


def _runs(session: boto3.Session, outputs: Outputs) -> list[JobRunSummaryTypeDef]:
    """Every run of it there was, the newest first."""
    client = session.client("emr-serverless")
    pages = client.get_paginator("list_job_runs").paginate(applicationId=outputs.emr_application_id, mode="STREAMING")
    found = [run for page in pages for run in page["jobRuns"] if run.get("name") == JOB_NAME]
    return sorted(found, key=lambda run: run["createdAt"], reverse=True)


def _get(session: boto3.Session, outputs: Outputs, run_id: str) -> JobRunTypeDef:
    client = session.client("emr-serverless")
    return client.get_job_run(applicationId=outputs.emr_application_id, jobRunId=run_id)["jobRun"]


def _cancel(session: boto3.Session, outputs: Outputs, run_id: str) -> None:
    client = session.client("emr-serverless")
    client.cancel_job_run(applicationId=outputs.emr_application_id, jobRunId=run_id)
    _wait_for(session, outputs, run_id, "CANCELLED")


def _code(outputs: Outputs) -> str:
    return f"s3://{outputs.code_bucket}/{outputs.code_version}"


def _wait_for(session: boto3.Session, outputs: Outputs, run_id: str, state: JobRunStateType) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        run = _get(session, outputs, run_id)
        if run["state"] == state:
            return
        if state == "RUNNING":
            check(session, outputs, run_id)
        time.sleep(POLL_SECONDS)
    raise LabError(f"The streaming job {JOB_NAME} (job run {run_id}) was not {state} after {START_SECONDS} s.")
