"""From a submission to the command line of spark-submit."""

from pathlib import Path

import pytest
from lab_localstack.jobruns.submission import Submission, localise, spark_submit

ROOT = Path(__file__).parents[2]


def fetch(address: str) -> Path:
    return Path("/run") / address.removeprefix("s3://")


@pytest.mark.parametrize(
    ("options", "localised"),
    [
        pytest.param(("--py-files", "s3://c/a.zip,s3://c/b.py"), ("--py-files", "/run/c/a.zip,/run/c/b.py"), id="list"),
        pytest.param(("--py-files=s3://c/a.zip",), ("--py-files=/run/c/a.zip",), id="with an equals sign"),
        pytest.param(
            ("--archives", "s3://c/env.tgz#env"), ("--archives", "/run/c/env.tgz#env"), id="the alias of an archive"
        ),
        pytest.param(
            ("--jars", "s3://c/a.jar, /opt/b.jar"), ("--jars", "/run/c/a.jar,/opt/b.jar"), id="local ones stay"
        ),
        pytest.param(
            ("--conf", "spark.x=s3://lake/warehouse"), ("--conf", "spark.x=s3://lake/warehouse"), id="no settings"
        ),
    ],
)
def test_code_in_s3_becomes_local_files_and_data_does_not(options: tuple[str, ...], localised: tuple[str, ...]) -> None:
    assert tuple(localise(options, fetch)) == localised


def test_the_command_has_options_script_and_arguments_in_that_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAB_SPARK_SUBMIT", "/opt/spark-submit")
    submission = Submission("s3://c/job.py", ("--conf", "a=1"), ("--lake", "s3://lake"))

    assert submission.command(fetch) == [
        *("/opt/spark-submit", "--conf", "a=1", "/run/c/job.py", "--lake", "s3://lake"),
    ]


def test_jobs_run_by_the_labs_own_spark_submit(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LAB_SPARK_SUBMIT", "LAB_ROOT"):
        monkeypatch.delenv(name, raising=False)

    assert spark_submit() == ROOT / "services" / "spark" / "spark-submit"
    assert spark_submit().exists()
