"""Runs of Glue jobs: each test's script is really executed, by a stand-in for spark-submit."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.conftest import client_factory, free_port
from tests.integration.job_runs import CODE_BUCKET, alive, eventually, identity, localstack_without_spark

OVER = ("SUCCEEDED", "FAILED", "STOPPED", "TIMEOUT")


@pytest.fixture(scope="module")
def client(lab: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    endpoint = f"http://localhost:{free_port()}"
    folder = tmp_path_factory.mktemp("glue runs")
    with localstack_without_spark(lab, folder, endpoint, client_factory(endpoint)) as clients:
        yield clients


@pytest.fixture(scope="module")
def glue(client: Any) -> Any:
    return client("glue")


def start(glue: Any, script: str, arguments: dict[str, str] | None = None, **definition: Any) -> tuple[str, str]:
    """A new job for the script, and the id of its first run."""
    job = f"job-{len(glue.list_jobs()['JobNames'])}"
    command = {"Name": "glueetl", "ScriptLocation": f"s3://{CODE_BUCKET}/{script}"}
    glue.create_job(Name=job, Role="r", GlueVersion="6.0", Command=command, **definition)
    return job, glue.start_job_run(JobName=job, Arguments=arguments or {})["JobRunId"]


def run_in(glue: Any, job: str, run_id: str, *states: str) -> dict[str, Any]:
    """The run, once it is in one of the states."""
    run: dict[str, Any] = eventually(
        lambda: glue.get_job_run(JobName=job, RunId=run_id)["JobRun"], lambda run: run["JobRunState"] in states
    )
    return run


def printed(client: Any, run_id: str, stream: str = "output") -> list[str]:
    events = client("logs").get_log_events(logGroupName=f"/aws-glue/jobs/{stream}", logStreamName=run_id)["events"]
    return [event["message"] for event in events]


def pids(client: Any, run_id: str, count: int) -> list[int]:
    """The process ids that a waiting script prints."""

    def probe() -> list[str]:
        try:
            return [line for line in printed(client, run_id) if line.startswith("pid")]
        except ClientError:  # the log stream comes with the first line
            return []

    return [int(line.split()[1]) for line in eventually(probe, lambda lines: len(lines) == count)]


def test_a_run_executes_the_script_with_its_arguments(client: Any, glue: Any, lab: Any) -> None:
    job, run_id = start(
        glue,
        "echo.py",
        {"--batch": "7", "--fixed": "overridden"},
        DefaultArguments={"--batch": "1", "--lake": "lake", "--flag": "", "--conf": "a=1 --conf b=2"},
        NonOverridableArguments={"--fixed": "kept"},
    )

    run = run_in(glue, job, run_id, *OVER)
    arguments, options, region = printed(client, run_id)

    assert run["JobRunState"] == "SUCCEEDED"
    assert arguments == (
        f"arguments --JOB_NAME {job} --JOB_ID j_{job} --JOB_RUN_ID {run_id} --job-bookmark-option job-bookmark-disable "
        "--batch 7 --lake lake --flag --fixed kept"
    )
    assert json.loads(options.removeprefix("options ")) == ["--conf", "a=1", "--conf", "b=2"]
    assert region.startswith("region us-east-1 http://localhost:")
    assert printed(client, run_id, "error") == ["to stderr"]


def test_a_job_works_under_the_keys_of_its_role(client: Any, glue: Any) -> None:
    job, run_id = start(glue, "keys.py")
    run_in(glue, job, run_id, "SUCCEEDED")

    (keys,) = printed(client, run_id)

    assert identity(glue, keys) == "arn:aws:sts::000000000000:assumed-role/r/job-run"


def test_libraries_come_from_s3_under_their_own_names(client: Any, glue: Any) -> None:
    address = f"s3://{CODE_BUCKET}/echo.py"
    job, run_id = start(glue, "echo.py", DefaultArguments={"--extra-py-files": f"{address},{address}"})
    run_in(glue, job, run_id, "SUCCEEDED")

    name, paths = json.loads(printed(client, run_id)[1].removeprefix("options "))

    assert name == "--py-files"
    assert [path.rpartition("/")[2] for path in paths.split(",")] == ["echo.py", "echo.py"]


def test_a_failed_run_says_the_scripts_last_exception(glue: Any) -> None:
    job, run_id = start(glue, "boom.py")

    run = run_in(glue, job, run_id, *OVER)

    assert (run["JobRunState"], run["ErrorMessage"]) == ("FAILED", "ValueError: no such channel: 7")


def test_a_retry_is_a_run_of_its_own_after_the_failed_one(glue: Any) -> None:
    job, run_id = start(glue, "boom.py", MaxRetries=1)

    retry = eventually(
        lambda: glue.get_job_runs(JobName=job)["JobRuns"][0],
        lambda run: run["Attempt"] == 1 and run["JobRunState"] in OVER,
    )

    assert (retry["Id"], retry["PreviousRunId"], retry["JobRunState"]) == (f"{run_id}_attempt_1", run_id, "FAILED")
    assert len(glue.get_job_runs(JobName=job)["JobRuns"]) == 2


def test_a_missing_script_fails_the_run_and_names_it(glue: Any) -> None:
    job, run_id = start(glue, "nowhere.py")

    run = run_in(glue, job, run_id, *OVER)

    assert run["JobRunState"] == "FAILED"
    assert f"s3://{CODE_BUCKET}/nowhere.py" in run["ErrorMessage"]


def test_a_run_beyond_max_concurrent_runs_is_refused_until_one_ends(glue: Any) -> None:
    job, run_id = start(glue, "wait.py", ExecutionProperty={"MaxConcurrentRuns": 1})

    with pytest.raises(ClientError) as refused:
        glue.start_job_run(JobName=job)
    glue.batch_stop_job_run(JobName=job, JobRunIds=[run_id])
    run_in(glue, job, run_id, "STOPPED")
    second = glue.start_job_run(JobName=job)["JobRunId"]

    assert refused.value.response["Error"]["Code"] == "ConcurrentRunsExceededException"
    glue.batch_stop_job_run(JobName=job, JobRunIds=[second])
    run_in(glue, job, second, "STOPPED")


def test_stopping_a_run_ends_its_process(client: Any, glue: Any) -> None:
    job, run_id = start(glue, "wait.py")
    run_in(glue, job, run_id, "RUNNING")
    [pid] = pids(client, run_id, 1)
    assert alive(pid)

    answer = glue.batch_stop_job_run(JobName=job, JobRunIds=[run_id, "jr_unknown"])
    run_in(glue, job, run_id, "STOPPED")

    assert [stopped["JobRunId"] for stopped in answer["SuccessfulSubmissions"]] == [run_id]
    assert [error["ErrorDetail"]["ErrorCode"] for error in answer["Errors"]] == ["EntityNotFoundException"]
    assert not alive(pid)


def test_a_run_that_is_over_cannot_be_stopped(glue: Any) -> None:
    job, run_id = start(glue, "echo.py")
    run_in(glue, job, run_id, "SUCCEEDED")

    [error] = glue.batch_stop_job_run(JobName=job, JobRunIds=[run_id])["Errors"]

    assert error["ErrorDetail"]["ErrorCode"] == "JobRunInvalidStateTransitionException"


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        pytest.param({"JobName": "none"}, "EntityNotFoundException", id="no such job"),
        pytest.param({"JobRunId": "jr_none"}, "EntityNotFoundException", id="no such run to repeat"),
        pytest.param({"JobRunQueuingEnabled": True}, "NotImplementedException", id="queuing"),
        pytest.param(
            {"Arguments": {"--additional-python-modules": "x"}}, "NotImplementedException", id="modules from an index"
        ),
        pytest.param(
            {"Arguments": {"--job-bookmark-option": "job-bookmark-enable"}}, "NotImplementedException", id="bookmarks"
        ),
    ],
)
def test_a_start_that_cannot_work_is_refused_and_leaves_no_run(
    glue: Any, parameters: dict[str, Any], code: str
) -> None:
    job, run_id = start(glue, "echo.py", ExecutionProperty={"MaxConcurrentRuns": 2})

    with pytest.raises(ClientError) as refused:
        glue.start_job_run(**{"JobName": job, **parameters})

    assert refused.value.response["Error"]["Code"] == code
    assert [run["Id"] for run in glue.get_job_runs(JobName=job)["JobRuns"]] == [run_id]
