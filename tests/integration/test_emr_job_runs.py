"""Job runs of EMR Serverless: each test's script is really executed, by a stand-in for spark-submit."""

import gzip
import json
import os
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.conftest import client_factory, free_port
from tests.integration.job_runs import CODE_BUCKET, ROLE, alive, eventually, identity, localstack_without_spark

OVER = ("SUCCESS", "FAILED", "CANCELLED")
LOGS = {
    "monitoringConfiguration": {
        "s3MonitoringConfiguration": {"logUri": f"s3://{CODE_BUCKET}/logs/"},
        "cloudWatchLoggingConfiguration": {"enabled": True},
    }
}


@pytest.fixture(scope="module")
def client(lab: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    endpoint = f"http://localhost:{free_port()}"
    folder = tmp_path_factory.mktemp("emr runs")
    with localstack_without_spark(lab, folder, endpoint, client_factory(endpoint)) as clients:
        yield clients


@pytest.fixture(scope="module")
def emr(client: Any) -> Any:
    return client("emr-serverless")


@pytest.fixture
def application(emr: Any) -> str:
    made: str = emr.create_application(
        releaseLabel="emr-spark-8.0.0",
        type="SPARK",
        runtimeConfiguration=[{"classification": "spark-defaults", "properties": {"from": "application", "a": "0"}}],
    )["applicationId"]
    return made


def start(emr: Any, application: str, script: str, parameters: str | None = None, **request: Any) -> str:
    spark = {"entryPoint": f"s3://{CODE_BUCKET}/{script}", "entryPointArguments": ["--batch", "7"]}
    if parameters:
        spark["sparkSubmitParameters"] = parameters
    run: str = emr.start_job_run(
        applicationId=application, executionRoleArn=ROLE, jobDriver={"sparkSubmit": spark}, **request
    )["jobRunId"]
    return run


def run_in(emr: Any, application: str, run_id: str, *states: str) -> dict[str, Any]:
    """The run, once it is in one of the states."""
    run: dict[str, Any] = eventually(
        lambda: emr.get_job_run(applicationId=application, jobRunId=run_id)["jobRun"],
        lambda run: run["state"] in states,
    )
    return run


def printed(client: Any, application: str, run_id: str, attempt: int | None = None) -> list[str]:
    """What a run's driver printed, from its log stream; nothing before that exists."""
    place = f"applications/{application}/jobs/{run_id}" + (f"/attempts/{attempt}" if attempt else "")
    try:
        events = client("logs").get_log_events(
            logGroupName="/aws/emr-serverless", logStreamName=f"{place}/SPARK_DRIVER/stdout"
        )["events"]
    except ClientError:
        return []
    return [event["message"] for event in events]


def cancel(emr: Any, application: str, run_id: str) -> None:
    emr.cancel_job_run(applicationId=application, jobRunId=run_id, shutdownGracePeriodInSeconds=2)
    run_in(emr, application, run_id, "CANCELLED")


def test_a_run_executes_the_script_with_all_its_settings(client: Any, emr: Any, application: str) -> None:
    overrides = {
        **LOGS,
        "applicationConfiguration": [{"classification": "spark-defaults", "properties": {"a": "1", "b": "1"}}],
    }
    run_id = start(
        emr,
        application,
        "echo.py",
        f"--py-files s3://{CODE_BUCKET}/boom.py --conf 'b=2 and more'",
        configurationOverrides=overrides,
    )

    run = run_in(emr, application, run_id, *OVER)
    arguments, options, _ = printed(client, application, run_id)
    submitted = json.loads(options.removeprefix("options "))

    assert run["state"] == "SUCCESS"
    assert arguments == "arguments --batch 7"
    assert submitted[:6] == ["--conf", "from=application", "--conf", "a=1", "--conf", "b=1"]
    assert submitted[6] == "--py-files" and submitted[7].endswith("/boom.py")
    assert submitted[8:] == ["--conf", "b=2 and more"]


def test_a_driver_works_under_the_keys_of_its_execution_role(client: Any, emr: Any, application: str) -> None:
    run_id = start(emr, application, "keys.py", configurationOverrides=LOGS)
    run_in(emr, application, run_id, "SUCCESS")

    (keys,) = printed(client, application, run_id)

    assert identity(emr, keys) == "arn:aws:sts::000000000000:assumed-role/job/job-run"


def test_driver_logs_lie_in_s3_as_emr_lays_them_out(client: Any, emr: Any, application: str) -> None:
    run_id = start(emr, application, "echo.py", configurationOverrides=LOGS)
    run_in(emr, application, run_id, "SUCCESS")

    key = f"logs/applications/{application}/jobs/{run_id}/SPARK_DRIVER/stderr.gz"
    body = client("s3").get_object(Bucket=CODE_BUCKET, Key=key)["Body"].read()

    assert gzip.decompress(body) == b"to stderr\n"


def test_a_failed_run_says_its_exit_code_and_last_exception(emr: Any, application: str) -> None:
    run = run_in(emr, application, start(emr, application, "boom.py"), *OVER)

    assert run["state"] == "FAILED"
    assert run["stateDetails"].endswith("ExitCode: 1. Last few exceptions: ValueError: no such channel: 7")


def test_a_missing_entry_point_fails_the_run_and_names_it(emr: Any, application: str) -> None:
    run = run_in(emr, application, start(emr, application, "nowhere.py"), *OVER)

    assert run["state"] == "FAILED"
    assert f"s3://{CODE_BUCKET}/nowhere.py" in run["stateDetails"]


def test_the_same_client_token_starts_one_run(emr: Any, application: str) -> None:
    first = start(emr, application, "echo.py", clientToken="once")
    second = start(emr, application, "echo.py", clientToken="once")
    with pytest.raises(emr.exceptions.ConflictException):
        start(emr, application, "boom.py", clientToken="once")

    assert first == second
    assert len(emr.list_job_runs(applicationId=application)["jobRuns"]) == 1


def test_a_streaming_run_whose_driver_is_killed_starts_again(client: Any, emr: Any, application: str) -> None:
    run_id = start(emr, application, "wait.py", mode="STREAMING", configurationOverrides=LOGS)

    def driver(attempt: int) -> int:
        [line] = eventually(lambda: printed(client, application, run_id, attempt), bool)
        return int(line.split()[1])

    os.kill(driver(1), signal.SIGKILL)
    second = driver(2)
    run = emr.get_job_run(applicationId=application, jobRunId=run_id)["jobRun"]
    attempts = emr.list_job_run_attempts(applicationId=application, jobRunId=run_id)["jobRunAttempts"]

    assert alive(second)
    assert (run["state"], run["attempt"]) == ("RUNNING", 2)
    assert [(attempt["attempt"], attempt["state"]) for attempt in attempts] == [(2, "RUNNING"), (1, "FAILED")]
    cancel(emr, application, run_id)
    assert not alive(second)


@pytest.mark.parametrize(
    ("mode", "policy", "attempts"),
    [
        pytest.param("BATCH", {}, 1, id="a batch is not repeated"),
        pytest.param("BATCH", {"maxAttempts": 2}, 2, id="a batch is repeated as often as asked"),
        pytest.param("STREAMING", {"maxFailedAttemptsPerHour": 3}, 3, id="a stream ends when it fails too often"),
    ],
)
def test_a_run_that_always_fails_ends_as_its_policy_says(
    emr: Any, application: str, mode: str, policy: dict[str, int], attempts: int
) -> None:
    run_id = start(emr, application, "boom.py", mode=mode, retryPolicy=policy)

    run = eventually(
        lambda: emr.get_job_run(applicationId=application, jobRunId=run_id)["jobRun"],
        lambda run: run["state"] == "FAILED" and run["attempt"] == attempts,
    )

    assert "no such channel" in run["stateDetails"]
    assert emr.get_application(applicationId=application)["application"]["state"] == "STARTED"
    emr.stop_application(applicationId=application)  # refused while a run is active


def test_a_cancelled_run_leaves_no_process_even_when_deaf_to_signals(client: Any, emr: Any, application: str) -> None:
    run_id = start(emr, application, "deaf.py", configurationOverrides=LOGS)
    lines = eventually(lambda: printed(client, application, run_id), lambda lines: len(lines) == 2)
    pids = [int(line.split()[1]) for line in lines]
    assert all(map(alive, pids))

    cancel(emr, application, run_id)

    assert not any(map(alive, pids))


def test_a_run_that_is_over_cannot_be_cancelled(emr: Any, application: str) -> None:
    run_id = start(emr, application, "echo.py")
    run_in(emr, application, run_id, "SUCCESS")

    with pytest.raises(emr.exceptions.ValidationException, match="SUCCESS"):
        emr.cancel_job_run(applicationId=application, jobRunId=run_id)


def test_an_application_with_active_runs_is_not_stopped(emr: Any, application: str) -> None:
    run_id = start(emr, application, "wait.py")

    with pytest.raises(emr.exceptions.ValidationException, match="active"):
        emr.stop_application(applicationId=application)

    cancel(emr, application, run_id)


def test_runs_are_listed_by_state_mode_and_time(emr: Any, application: str) -> None:
    batch = start(emr, application, "echo.py", name="batch")
    stream = start(emr, application, "wait.py", name="stream", mode="STREAMING")
    run_in(emr, application, batch, "SUCCESS")
    run_in(emr, application, stream, "RUNNING")

    def found(**filters: Any) -> list[str]:
        return [run["name"] for run in emr.list_job_runs(applicationId=application, **filters)["jobRuns"]]

    hour, now = timedelta(hours=1), datetime.now(UTC)
    assert found() == ["stream", "batch"]
    assert found(states=["SUCCESS", "FAILED"]) == ["batch"]
    assert found(mode="STREAMING") == ["stream"]
    assert found(createdAtAfter=now - hour) == ["stream", "batch"]
    assert found(createdAtAfter=now + hour) == []
    assert found(createdAtBefore=now - hour) == []
    cancel(emr, application, stream)


def test_an_application_that_does_not_start_by_itself_takes_runs_only_when_started(emr: Any) -> None:
    application = emr.create_application(
        releaseLabel="emr-spark-8.0.0", type="SPARK", autoStartConfiguration={"enabled": False}
    )["applicationId"]

    with pytest.raises(emr.exceptions.ValidationException, match="started"):
        start(emr, application, "echo.py")
    emr.start_application(applicationId=application)

    run_in(emr, application, start(emr, application, "echo.py"), "SUCCESS")


def test_the_dashboard_is_the_spark_masters_page(emr: Any, application: str, lab: Any) -> None:
    run_id = start(emr, application, "echo.py")

    url = emr.get_dashboard_for_job_run(applicationId=application, jobRunId=run_id)["url"]

    assert url == lab.environment["SPARK_MASTER_UI_URL"]


@pytest.mark.parametrize(
    ("request_change", "code"),
    [
        pytest.param({"jobDriver": {"hive": {"query": "s3://b/q"}}}, "NotImplementedException", id="hive driver"),
        pytest.param(
            {"jobDriver": {"sparkSubmit": {"entryPoint": "/local.py"}}},
            "ValidationException",
            id="entry point not in s3",
        ),
        pytest.param(
            {"jobDriver": {"sparkSubmit": {"entryPoint": "s3://b/k", "sparkSubmitParameters": "--conf 'a"}}},
            "ValidationException",
            id="parameters unreadable",
        ),
        pytest.param({"retryPolicy": {"maxFailedAttemptsPerHour": 3}}, "ValidationException", id="a stream's policy"),
        pytest.param({"retryPolicy": {"maxAttempts": 11}}, "ValidationException", id="too many attempts"),
        pytest.param({"applicationId": "none"}, "ResourceNotFoundException", id="no such application"),
    ],
)
def test_a_start_that_cannot_work_is_refused_and_leaves_no_run(
    emr: Any, application: str, request_change: dict[str, Any], code: str
) -> None:
    request = {
        "applicationId": application,
        "executionRoleArn": ROLE,
        "jobDriver": {"sparkSubmit": {"entryPoint": f"s3://{CODE_BUCKET}/echo.py"}},
    }

    with pytest.raises(ClientError) as refused:
        emr.start_job_run(**request | request_change)

    assert refused.value.response["Error"]["Code"] == code
    assert emr.list_job_runs(applicationId=application)["jobRuns"] == []
