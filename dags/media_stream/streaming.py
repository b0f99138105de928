"""The streaming job that left because nothing came, and the records that came after it.

The archive is the stream's other consumer, and never leaves: an object in raw/ that is younger than the job's end holds
records that the job may not have read.
"""

from datetime import datetime, timedelta
from typing import Any

from airflow.exceptions import AirflowException  # type: ignore[attr-defined]  # its place on 3.0 and on 3.3

LOOK_BACK = timedelta(minutes=20)
"""How long before its end a job may have read for the last time: the longest trigger, 15 minutes, and its leaving.

Shorter than the shortest idle time, 30 minutes: what a job read before it idled does not bring it back.
"""


def last_run(emr: Any, application_id: str) -> dict[str, Any] | None:
    """Return the newest streaming job run of the application as `GetJobRun` shows it, or None when there was none."""
    pages = emr.get_paginator("list_job_runs").paginate(applicationId=application_id, mode="STREAMING")
    newest = max((run for page in pages for run in page["jobRuns"]), key=lambda run: run["createdAt"], default=None)
    if newest is None:
        return None
    run: dict[str, Any] = emr.get_job_run(applicationId=application_id, jobRunId=newest["id"])["jobRun"]
    return run


def left_by_itself(run: dict[str, Any]) -> bool:
    """Whether the run ended for want of records: it does not go on, and nobody cancelled it.

    Raises:
        AirflowException: it failed for good; the message carries EMR's state details.
    """
    if run["state"] == "FAILED":
        words = run.get("stateDetails") or "EMR Serverless gives no reason"
        raise AirflowException(f"Streaming job {run['name']}, run {run['jobRunId']}, FAILED: {words}")
    return bool(run["state"] == "SUCCESS")


def archived_since(s3: Any, bucket: str, stream_name: str, moment: datetime) -> bool:
    """Whether the archive has written an object since that moment.

    Objects lie in order of their hour: the request begins at the hour before the moment's, as one is named after the
    arrival of its first record, and may be written after the hour.
    """
    prefix = f"raw/{stream_name}/"
    start = f"{prefix}{moment - timedelta(hours=1):dt=%Y-%m-%d/hr=%H}"
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix, StartAfter=start)
    return any(item["LastModified"] > moment for page in pages for item in page.get("Contents", []))


def start_again(emr: Any, run: dict[str, Any]) -> str:
    """Start the job as it was, and return the id of the new run. Whoever asks twice after the same run gets one."""
    as_it_was = ("name", "mode", "jobDriver", "configurationOverrides", "retryPolicy", "executionTimeoutMinutes")
    answer = emr.start_job_run(
        applicationId=run["applicationId"],
        clientToken=f"after-{run['jobRunId']}",
        executionRoleArn=run["executionRole"],
        **{name: run[name] for name in as_it_was if name in run},
    )
    return str(answer["jobRunId"])
