"""What runs and costs by the second: job runs of EMR Serverless and Glue, and the application's capacity."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Final

import boto3
from botocore.exceptions import ClientError

from scripts import stream
from scripts.errors import Unavailable

UNENDED: Final = (*stream.ACTIVE, "CANCELLING")
STOPPABLE: Final = ("STARTING", "STARTED", "STOPPING")
GLUE_ACTIVE: Final = ("STARTING", "RUNNING", "WAITING")
GONE: Final = ("ResourceNotFoundException", "EntityNotFoundException")
STOP_SECONDS = 600
POLL_SECONDS = 2.0


def stop_application(session: boto3.Session, application: str, note: Callable[[str], None]) -> None:
    """Cancel every job run of an EMR Serverless application and stop it; nothing to do where it is gone.

    Raises:
        Unavailable: a run or the application does not end in ten minutes.
    """
    client = session.client("emr-serverless")
    try:
        for _ in _polls(f"the job runs of EMR application {application} to end"):
            pages = client.get_paginator("list_job_runs").paginate(applicationId=application)
            runs = [run for page in pages for run in page["jobRuns"] if run["state"] in UNENDED]
            for run in runs:
                if run["state"] != "CANCELLING":
                    note(f"job run {run['id']} ({run.get('name', 'unnamed')}) is {run['state']}: cancelling it")
                    client.cancel_job_run(applicationId=application, jobRunId=run["id"])
            if not runs:
                break
        for _ in _polls(f"EMR application {application} to stop"):
            state = client.get_application(applicationId=application)["application"]["state"]
            if state not in STOPPABLE:
                note(f"EMR application {application} is {state}")
                return
            if state != "STOPPING":
                client.stop_application(applicationId=application)
    except ClientError as error:
        if error.response["Error"]["Code"] not in GONE:
            raise


def stop_glue_runs(session: boto3.Session, job: str, note: Callable[[str], None]) -> None:
    """Stop the runs of a Glue job that have not ended; nothing to do where it is gone."""
    client = session.client("glue")
    try:
        runs = client.get_job_runs(JobName=job)["JobRuns"]
    except ClientError as error:
        if error.response["Error"]["Code"] not in GONE:
            raise
        return
    active = [run["Id"] for run in runs if run["JobRunState"] in GLUE_ACTIVE]
    if active:
        note(f"Glue job {job}: stopping {', '.join(active)}")
        client.batch_stop_job_run(JobName=job, JobRunIds=active)


def _polls(awaited: str) -> Iterator[None]:
    deadline = time.monotonic() + STOP_SECONDS
    while time.monotonic() < deadline:
        yield
        time.sleep(POLL_SECONDS)
    raise Unavailable(f"Waited {STOP_SECONDS // 60} minutes for {awaited}. Type the same command again.")
