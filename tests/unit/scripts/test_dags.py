"""What the end-to-end run asks of Airflow, as MWAA takes it."""

from dataclasses import fields
from typing import Any

import boto3
import pytest

from scripts import dags
from scripts.stack import Outputs
from tests.unit.scripts.fake_aws import FakeAws

OUTPUTS = Outputs(**{each.name: each.name for each in fields(Outputs)})
LONGEST_PATH = 64
RUN = dags.DagRun("viewership", f"{'0' * 36}-12-0123456789ab", "failed")


def task(name: str, run_id: str) -> dict[str, Any]:
    return {"task_id": name, "dag_run_id": run_id, "state": "failed"}


def test_the_failed_tasks_are_those_of_the_run_and_the_path_is_one_that_mwaa_takes(
    aws: FakeAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    found = [task("audit_staging", RUN.run_id), task("clean_viewership", "another run")]
    aws.answers("mwaa:InvokeRestApi", {"RestApiStatusCode": 200, "RestApiResponse": {"task_instances": found}})

    assert dags.failed_tasks(boto3.Session(), OUTPUTS, RUN) == ["audit_staging"]
    ((_, asked),) = aws.asked
    assert len(asked["Path"]) <= LONGEST_PATH
    assert asked["QueryParameters"]["order_by"] == "-start_date"
