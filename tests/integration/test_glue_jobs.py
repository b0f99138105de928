"""Definitions of Glue jobs."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.processes("what a job's definition may be is the same, however LocalStack is run")

COMMAND = {"Name": "glueetl", "ScriptLocation": "s3://code/job.py"}


@pytest.fixture(scope="module")
def glue(aws: Any) -> Any:
    return aws("glue")


@pytest.fixture
def job(glue: Any) -> Iterator[str]:
    glue.create_job(Name="defined", Role="r", Command=COMMAND, MaxRetries=2, Timeout=5, Tags={"team": "media"})
    yield "defined"
    glue.delete_job(JobName="defined")


def test_an_update_resets_what_it_leaves_out(glue: Any, job: str) -> None:
    glue.update_job(JobName=job, JobUpdate={"Role": "r", "Command": COMMAND, "Timeout": 7})

    updated = glue.get_job(JobName=job)["Job"]
    assert (updated["Timeout"], updated["MaxRetries"]) == (7, 0)


def test_jobs_are_listed_by_name_and_by_tag(glue: Any, job: str) -> None:
    glue.create_job(Name="another", Role="r", Command=COMMAND)

    assert {"another", job} <= set(glue.list_jobs()["JobNames"])
    assert glue.list_jobs(Tags={"team": "media"})["JobNames"] == [job]
    assert {"another", job} <= {found["Name"] for found in glue.get_jobs()["Jobs"]}
    assert glue.batch_get_jobs(JobNames=[job, "none"])["JobsNotFound"] == ["none"]
    glue.delete_job(JobName="another")


def test_deleting_a_job_that_is_not_there_is_no_error(glue: Any) -> None:
    assert glue.delete_job(JobName="never was")["JobName"] == "never was"


@pytest.mark.parametrize(
    ("definition", "code"),
    [
        pytest.param({"Name": "defined"}, "AlreadyExistsException", id="name taken"),
        pytest.param({"GlueVersion": "7.0"}, "InvalidInputException", id="no such glue version"),
        pytest.param(
            {"Command": {"Name": "glueetl", "ScriptLocation": "/job.py"}},
            "InvalidInputException",
            id="script not in s3",
        ),
        pytest.param(
            {"Command": {**COMMAND, "Name": "pythonshell"}}, "NotImplementedException", id="command not implemented"
        ),
    ],
)
def test_a_definition_that_cannot_run_is_refused(glue: Any, job: str, definition: dict[str, Any], code: str) -> None:
    with pytest.raises(ClientError) as refused:
        glue.create_job(**{"Name": "refused", "Role": "r", "Command": COMMAND, **definition})

    assert refused.value.response["Error"]["Code"] == code
