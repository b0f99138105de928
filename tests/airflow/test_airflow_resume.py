"""The streaming job that left: started again when records came since, and left alone in every other case."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from airflow.dag_processing.dagbag import DagBag
from airflow.exceptions import AirflowException  # type: ignore[attr-defined]
from airflow.providers.amazon.aws.hooks.emr import EmrServerlessHook
from airflow.providers.amazon.aws.hooks.s3 import S3Hook
from airflow.sdk import Variable
from botocore.stub import ANY, Stubber  # type: ignore[import-untyped]
from media_stream import streaming

ROOT = Path(__file__).parents[2]
VARIABLES = {"emr_application_id": "00f1abcd", "lake_bucket": "lake", "stream_name": "viewership-stream"}
ENDED = datetime(2026, 11, 30, 0, 10, tzinfo=UTC)
CREATED = datetime(2026, 11, 29, 12, tzinfo=UTC)
ARN = "arn:aws:emr-serverless:us-east-1:123456789012:/applications/00f1abcd"
ROLE = "arn:aws:iam::123456789012:role/media-stream-emr"
DRIVER = {"sparkSubmit": {"entryPoint": "s3://code/1/jobs/stream_viewership.py", "entryPointArguments": ["--region"]}}
KEPT = {
    "name": "stream_viewership",
    "mode": "STREAMING",
    "jobDriver": DRIVER,
    "retryPolicy": {"maxFailedAttemptsPerHour": 10},
    "executionTimeoutMinutes": 0,
}


@pytest.fixture
def emr() -> Iterator[Stubber]:
    yield from stubbed(EmrServerlessHook)


@pytest.fixture
def s3() -> Iterator[Stubber]:
    yield from stubbed(S3Hook)


@pytest.fixture
def resume(dag_bag: DagBag, no_network: None, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The function of the DAG's task, under a stack that is deployed."""
    monkeypatch.setattr(Variable, "get", lambda name, default=None: VARIABLES.get(name, default))
    return dag_bag.dags["resume_stream"].get_task("resume").python_callable


def stubbed(hook: type[Any]) -> Iterator[Stubber]:
    """The answers that AWS will give; each must be asked for, in this order."""
    with pytest.MonkeyPatch.context() as patch:
        client = hook().conn
        patch.setattr(hook, "conn", client)
        with Stubber(client) as answers:
            yield answers
            answers.assert_no_pending_responses()


def last_run(answers: Stubber, state: str, **more: Any) -> None:
    """EMR answers that the newest of two streaming runs is this one."""
    described = {"arn": f"{ARN}/jobruns/x", "createdBy": ROLE, "executionRole": ROLE, "releaseLabel": "emr-spark-8.0.0"}
    described |= {"applicationId": "00f1abcd", "state": state, "stateDetails": "-", "updatedAt": ENDED}
    runs = [
        described | {"id": name, "createdAt": created, "name": "stream_viewership"}
        for name, created in (("older", CREATED - timedelta(days=1)), ("newest", CREATED))
    ]
    answers.add_response("list_job_runs", {"jobRuns": runs}, {"applicationId": "00f1abcd", "mode": "STREAMING"})
    run = described | KEPT | {"jobRunId": "newest", "createdAt": CREATED} | more
    answers.add_response("get_job_run", {"jobRun": run}, {"applicationId": "00f1abcd", "jobRunId": "newest"})


def archived(answers: Stubber, *moments: datetime) -> None:
    """The archive's objects, written then; they are asked for from the hour before the job's last look on."""
    contents = [{"Key": f"raw/viewership-stream/{number}", "LastModified": each} for number, each in enumerate(moments)]
    asked = {
        "Bucket": "lake",
        "Prefix": "raw/viewership-stream/",
        "StartAfter": "raw/viewership-stream/dt=2026-11-29/hr=22",
    }
    answers.add_response("list_objects_v2", {"Contents": contents} if contents else {}, asked)


def test_a_job_is_not_brought_back_by_what_it_read_and_misses_nothing_since_its_last_look() -> None:
    """Against what scripts/settings.py allows: the longest trigger, and the shortest idle time."""
    settings = (ROOT / "scripts" / "settings.py").read_text()
    (longest_trigger,) = re.findall(r"stream_trigger_seconds: .*le=(\d+)", settings)
    (shortest_idle,) = re.findall(r"if minutes and minutes < (\d+)", settings)

    assert timedelta(seconds=int(longest_trigger)) < streaming.LOOK_BACK < timedelta(minutes=int(shortest_idle))


@pytest.mark.parametrize(
    "moment",
    [
        pytest.param(ENDED + timedelta(hours=20), id="long after the end"),
        pytest.param(ENDED + timedelta(seconds=1), id="just after the end"),
        pytest.param(ENDED - timedelta(minutes=15), id="after its last look"),
    ],
)
def test_a_job_that_left_is_started_again_as_it_was_when_records_came(
    resume: Any, emr: Stubber, s3: Stubber, moment: datetime
) -> None:
    last_run(emr, "SUCCESS")
    archived(s3, ENDED - timedelta(hours=1), moment)
    asked = KEPT | {"applicationId": "00f1abcd", "clientToken": "after-newest", "executionRoleArn": ROLE}
    emr.add_response(
        "start_job_run", {"applicationId": "00f1abcd", "jobRunId": "next", "arn": f"{ARN}/jobruns/next"}, asked
    )

    assert resume() == "next"


@pytest.mark.parametrize(
    "moments", [pytest.param([], id="nothing at all"), pytest.param([ENDED - timedelta(minutes=31)], id="what it read")]
)
def test_a_job_that_left_is_left_alone_while_nothing_comes(
    resume: Any, emr: Stubber, s3: Stubber, moments: list[datetime]
) -> None:
    last_run(emr, "SUCCESS")
    archived(s3, *moments)

    assert resume() is None


@pytest.mark.parametrize("state", ["SUBMITTED", "PENDING", "SCHEDULED", "QUEUED", "RUNNING", "CANCELLING", "CANCELLED"])
def test_a_job_that_goes_on_or_was_cancelled_is_left_alone(resume: Any, emr: Stubber, state: str) -> None:
    last_run(emr, state)

    assert resume() is None


def test_a_job_that_failed_for_good_fails_the_task_with_its_reason(resume: Any, emr: Stubber) -> None:
    last_run(emr, "FAILED", stateDetails="Records expired unread")

    with pytest.raises(AirflowException, match="run newest, FAILED: Records expired unread"):
        resume()


def test_before_the_first_job_there_is_nothing_to_resume(resume: Any, emr: Stubber) -> None:
    emr.add_response("list_job_runs", {"jobRuns": []}, {"applicationId": ANY, "mode": ANY})

    assert resume() is None


def test_without_a_stack_there_is_nothing_to_resume(resume: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Variable, "get", lambda name, default: {"emr_application_id": None}[name] or default)

    assert resume() is None


def test_an_answer_of_aws_that_is_an_error_is_one_of_the_task(resume: Any, emr: Stubber) -> None:
    emr.add_client_error("list_job_runs", "ThrottlingException")

    with pytest.raises(Exception, match="ThrottlingException") as raised:
        resume()
    assert not isinstance(raised.value, AirflowException)
