"""The streaming job: one run of it on EMR Serverless, always."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable

import boto3

from scripts.errors import LabError
from scripts.stack import Outputs

JOB_NAME = "stream_viewership"
ACTIVE = ("SUBMITTED", "PENDING", "SCHEDULED", "RUNNING")
START_SECONDS = 300
POLL_SECONDS = 1.0


def ensure(session: boto3.Session, outputs: Outputs, on_progress: Callable[[str], None]) -> str:
    """Start the streaming job unless a run of it is active, and wait until it runs.

    Returns:
        The id of the job run.

    Raises:
        LabError: the run failed to start; the message carries its state details.
    """
    client = session.client("emr-serverless")
    active = [
        run
        for page in client.get_paginator("list_job_runs").paginate(
            applicationId=outputs.emr_application_id, states=list(ACTIVE)
        )
        for run in page["jobRuns"]
        if run.get("name") == JOB_NAME
    ]
    run_id = active[0]["id"] if active else _start(session, outputs)
    on_progress(f"{JOB_NAME} {'already runs' if active else 'started'} as job run {run_id}")
    _wait_until_running(session, outputs, run_id)
    return run_id


def check(session: boto3.Session, outputs: Outputs, run_id: str) -> None:
    """Raise a LabError when the job run has ended."""
    run = session.client("emr-serverless").get_job_run(applicationId=outputs.emr_application_id, jobRunId=run_id)
    state, details = run["jobRun"]["state"], run["jobRun"].get("stateDetails", "")
    if state not in ACTIVE:
        raise LabError(
            f"The streaming job {JOB_NAME} (job run {run_id}) is {state}: {details or 'no details'}.",
            next_command="make e2e",
        )


def _start(session: boto3.Session, outputs: Outputs) -> str:
    code = f"s3://{outputs.code_bucket}/{outputs.code_version}"
    answer = session.client("emr-serverless").start_job_run(
        applicationId=outputs.emr_application_id,
        clientToken=str(uuid.uuid4()),
        executionRoleArn=outputs.emr_execution_role_arn,
        name=JOB_NAME,
        mode="STREAMING",
        retryPolicy={"maxFailedAttemptsPerHour": 10},
        executionTimeoutMinutes=0,
        jobDriver={
            "sparkSubmit": {
                "entryPoint": f"{code}/jobs/{JOB_NAME}.py",
                "entryPointArguments": [
                    *("--lake-bucket", outputs.lake_bucket),
                    *("--stream-name", outputs.stream_name),
                    *("--region", session.region_name),
                ],
                "sparkSubmitParameters": f"--py-files {code}/jobs.zip --conf spark.cores.max=1",
            }
        },
        configurationOverrides={
            "monitoringConfiguration": {
                "s3MonitoringConfiguration": {"logUri": f"s3://{outputs.lake_bucket}/logs/emr/"}
            }
        },
    )
    return answer["jobRunId"]


def _wait_until_running(session: boto3.Session, outputs: Outputs, run_id: str) -> None:
    client = session.client("emr-serverless")
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        run = client.get_job_run(applicationId=outputs.emr_application_id, jobRunId=run_id)["jobRun"]
        if run["state"] == "RUNNING":
            return
        check(session, outputs, run_id)
        time.sleep(POLL_SECONDS)
    raise LabError(f"The streaming job {JOB_NAME} (job run {run_id}) was not running after {START_SECONDS} s.")
