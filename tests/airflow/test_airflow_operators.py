"""The jobs' operators, against AWS answers given by botocore's stubber."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.exceptions import AirflowException  # type: ignore[attr-defined]
from airflow.providers.amazon.aws.links.base_aws import BaseAwsLink
from botocore.stub import Stubber  # type: ignore[import-untyped]
from media_stream import operators
from media_stream.operators import DeployedGlueJob, EmrServerlessJob

JOB = {"JobName": "clean_viewership"}
RUN = JOB | {"RunId": "jr_1"}
APPLICATION = {"applicationId": "00app"}
ROLE = "arn:aws:iam::000000000000:role/media-stream-emr"
ARN = "arn:aws:emr-serverless:us-east-1:000000000000:/applications/00app"
EMR_COMMON = {"releaseLabel": "emr-spark-8.0.0", "createdAt": 0, "updatedAt": 0}


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing sleep, and no console link be stored: there is no server to store it."""
    monkeypatch.setattr("time.sleep", lambda _: None)
    monkeypatch.setattr(BaseAwsLink, "persist", lambda **_: None)


@pytest.fixture
def glue() -> Iterator[tuple[DeployedGlueJob, Stubber]]:
    """The operator of a Glue job, and the answers it will get."""
    operator = DeployedGlueJob(task_id="clean", job_name="clean_viewership", script_args={}, durable=False)
    with Stubber(operator.hook.conn) as answers:
        yield operator, answers
        answers.assert_no_pending_responses()


@pytest.fixture
def emr() -> Iterator[tuple[EmrServerlessJob, Stubber]]:
    """The operator of an EMR Serverless job, and the answers it will get."""
    operator = EmrServerlessJob(
        task_id="aggregate",
        name="aggregate_viewership",
        application_id="00app",
        execution_role_arn=ROLE,
        job_driver={"sparkSubmit": {"entryPoint": "s3://code/job.py"}},
    )
    with Stubber(operator.hook.conn) as answers:
        yield operator, answers
        answers.assert_no_pending_responses()


def context(try_number: int = 1) -> Any:
    """The part of a task's context that the operators read."""
    return {"ti": SimpleNamespace(try_number=try_number, stats_tags={}, xcom_push=lambda **_: None)}


def start_glue(answers: Stubber, state: str, **more: str) -> None:
    """Answer for a Glue job that exists and whose run ends in `state`."""
    answers.add_response("get_job", {"Job": {"Name": "clean_viewership"}}, JOB)
    answers.add_response("get_job", {"Job": {"Name": "clean_viewership"}}, JOB)
    answers.add_response("start_job_run", {"JobRunId": "jr_1"}, JOB | {"Arguments": {}})
    answers.add_response("get_job_run", {"JobRun": {"JobRunState": "RUNNING"}}, RUN | {"PredecessorsIncluded": True})
    answers.add_response("get_job_run", {"JobRun": {"JobRunState": state} | more}, RUN | {"PredecessorsIncluded": True})


def start_emr(answers: Stubber, state: str, details: str = "as it says") -> None:
    """Answer for a started application and a run that ends in `state`."""
    answers.add_response("get_application", {"application": emr_application()}, APPLICATION)
    started = {"jobRunId": "00run", "arn": ARN, "ResponseMetadata": {"HTTPStatusCode": 200}}
    answers.add_response("start_job_run", APPLICATION | started)
    answers.add_response("get_job_run", {"jobRun": emr_run(state, details)}, APPLICATION | {"jobRunId": "00run"})


def emr_application() -> dict[str, Any]:
    return APPLICATION | {"arn": ARN, "type": "SPARK", "state": "STARTED", **EMR_COMMON}


def emr_run(state: str, details: str = "as it says") -> dict[str, Any]:
    """A run as GetJobRun describes it."""
    driver = {"sparkSubmit": {"entryPoint": "s3://code/job.py"}}
    return _emr_run(state, details) | {"jobRunId": "00run", "jobDriver": driver}


def emr_summary(state: str, name: str = "aggregate_viewership") -> dict[str, Any]:
    """A run as ListJobRuns describes it."""
    return _emr_run(state) | {"id": "00old", "name": name}


def _emr_run(state: str, details: str = "as it says") -> dict[str, Any]:
    run = {"arn": ARN, "createdBy": ROLE, "executionRole": ROLE, "state": state, "stateDetails": details}
    return APPLICATION | run | EMR_COMMON


def test_a_glue_job_that_succeeds_returns_its_run(glue: tuple[DeployedGlueJob, Stubber]) -> None:
    operator, answers = glue
    start_glue(answers, "SUCCEEDED")
    assert operator.execute(context()) == "jr_1"


@pytest.mark.parametrize(
    ("state", "words", "said"),
    [
        pytest.param("FAILED", {"ErrorMessage": "KeyError: 'region'"}, "FAILED: KeyError: 'region'", id="failed"),
        pytest.param("TIMEOUT", {"ErrorMessage": "over 60 minutes"}, "TIMEOUT: over 60 minutes", id="too long"),
        pytest.param("STOPPED", {}, "STOPPED: Glue gives no reason", id="stopped by someone"),
    ],
)
def test_a_glue_job_that_fails_says_why(
    glue: tuple[DeployedGlueJob, Stubber], state: str, words: dict[str, str], said: str
) -> None:
    operator, answers = glue
    start_glue(answers, state, **words)
    answers.add_response("get_job_run", {"JobRun": {"JobRunState": state} | words}, RUN)
    with pytest.raises(AirflowException) as failure:
        operator.execute(context())
    assert str(failure.value) == f"Glue job clean_viewership, run jr_1, {said}"


def test_a_glue_job_that_was_not_deployed_is_not_made_up(glue: tuple[DeployedGlueJob, Stubber]) -> None:
    operator, answers = glue
    answers.add_client_error("get_job", "EntityNotFoundException", "no such job", expected_params=JOB)
    with pytest.raises(AirflowException, match="Glue has no job 'clean_viewership': deploy the stack first"):
        operator.execute(context())


def test_an_emr_job_that_succeeds_returns_its_run(emr: tuple[EmrServerlessJob, Stubber]) -> None:
    operator, answers = emr
    start_emr(answers, "SUCCESS")
    assert operator.execute(context()) == "00run"


def test_an_emr_job_that_fails_says_why(emr: tuple[EmrServerlessJob, Stubber]) -> None:
    operator, answers = emr
    start_emr(answers, "FAILED", "ValueError: no channels")
    answers.add_response("get_job_run", {"jobRun": emr_run("FAILED", "ValueError: no channels")})
    with pytest.raises(AirflowException) as failure:
        operator.execute(context())
    assert str(failure.value) == "EMR Serverless job aggregate_viewership, run 00run, FAILED: ValueError: no channels"


def test_a_retry_lets_the_run_of_a_killed_worker_end_first(emr: tuple[EmrServerlessJob, Stubber]) -> None:
    operator, answers = emr
    unfinished = APPLICATION | {"states": operators.UNFINISHED}
    stream = emr_summary("RUNNING", "stream_viewership")
    answers.add_response("list_job_runs", {"jobRuns": [stream, emr_summary("RUNNING")]}, unfinished)
    answers.add_response("list_job_runs", {"jobRuns": [stream]}, unfinished)
    start_emr(answers, "SUCCESS")
    assert operator.execute(context(try_number=2)) == "00run"


def test_a_retry_does_not_wait_for_ever(emr: tuple[EmrServerlessJob, Stubber], monkeypatch: pytest.MonkeyPatch) -> None:
    operator, answers = emr
    monkeypatch.setattr(operators, "ASK_AT_MOST", 1)
    answers.add_response("list_job_runs", {"jobRuns": [emr_summary("RUNNING")]})
    with pytest.raises(AirflowException, match=r"Earlier runs of aggregate_viewership do not end: \['00old'\]"):
        operator.execute(context(try_number=2))
