"""What a job run leaves behind when LocalStack ends: no process, however it ends."""

import os
import signal
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.job_runs import CODE_BUCKET, ROLE, alive, eventually, stand_in, upload_scripts

OUTPUT = "/aws-glue/jobs/output"


def start_deaf_drivers(client: Any) -> list[int]:
    """A job run of Glue and one of EMR Serverless that ignore SIGTERM, and each has a child; their process ids."""
    script, glue, emr = f"s3://{CODE_BUCKET}/deaf.py", client("glue"), client("emr-serverless")
    glue.create_job(Name="deaf", Role="r", Command={"Name": "glueetl", "ScriptLocation": script})
    glue_run = glue.start_job_run(JobName="deaf")["JobRunId"]
    application = emr.create_application(releaseLabel="emr-spark-8.0.0", type="SPARK")["applicationId"]
    emr_run = emr.start_job_run(
        applicationId=application,
        executionRoleArn=ROLE,
        mode="STREAMING",
        jobDriver={"sparkSubmit": {"entryPoint": script}},
        configurationOverrides={
            "monitoringConfiguration": {"cloudWatchLoggingConfiguration": {"enabled": True, "logGroupName": OUTPUT}}
        },
    )["jobRunId"]
    streams = [glue_run, f"applications/{application}/jobs/{emr_run}/attempts/1/SPARK_DRIVER/stdout"]

    def probe() -> list[int]:
        try:
            events = [
                event
                for stream in streams
                for event in client("logs").get_log_events(logGroupName=OUTPUT, logStreamName=stream)["events"]
            ]
        except ClientError:  # a log stream comes with its first line
            return []
        return [int(event["message"].split()[1]) for event in events]

    found: list[int] = eventually(probe, lambda pids: len(pids) == 4)
    return found


@pytest.mark.processes("a container's processes end with it")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=["killed", "stopped"])
def test_no_driver_outlives_localstack(own_localstack: Any, tmp_path: Path, number: signal.Signals) -> None:
    with own_localstack(LAB_SPARK_SUBMIT=str(stand_in(tmp_path))) as (service, client):
        upload_scripts(client)
        drivers = start_deaf_drivers(client)
        assert all(map(alive, drivers))

        os.kill(service.process.pid, number)

        eventually(lambda: [pid for pid in drivers if alive(pid)], lambda left: not left)
        service.process.wait(30)
