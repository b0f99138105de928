"""What MWAA reads: the DAG folder with all it needs inside, in step with the repository; requirements by content."""

import re
from pathlib import Path
from typing import cast

import boto3
import pytest

from scripts import airflow_folder, paths
from tests.fake_bucket import FakeBucket

BUCKET = "code"


def session(bucket: FakeBucket) -> boto3.Session:
    return cast("boto3.Session", bucket)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A DAG, a module it shares, a query, and what is no part of the folder."""
    for name in (
        "dags/a.py",
        "dags/media_stream/b.py",
        "dags/__pycache__/a.py",
        "dags/requirements.txt",
        "snowflake/load/c.sql",
        "snowflake/notes.md",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return tmp_path


def test_the_folder_holds_dags_modules_and_the_sql_inside(repository: Path) -> None:
    assert airflow_folder.files(repository) == {
        "dags/a.py": b"dags/a.py",
        "dags/media_stream/b.py": b"dags/media_stream/b.py",
        "dags/snowflake/load/c.sql": b"snowflake/load/c.sql",
    }


def test_the_first_deployment_puts_everything_and_the_second_nothing(repository: Path) -> None:
    bucket, wanted = FakeBucket(), airflow_folder.files(repository)

    first = airflow_folder.sync(session(bucket), BUCKET, wanted)
    second = airflow_folder.sync(session(bucket), BUCKET, wanted)

    assert sorted(first.put) == sorted(wanted)
    assert second == airflow_folder.Changes([], [])
    assert bucket.objects == wanted


def test_what_changed_is_put_and_what_is_gone_is_deleted(repository: Path) -> None:
    bucket = FakeBucket()
    bucket.objects["jobs/untouched.py"] = b""
    airflow_folder.sync(session(bucket), BUCKET, airflow_folder.files(repository))
    (repository / "dags" / "a.py").write_text("DAGS/a.py")  # as long as before
    (repository / "dags" / "media_stream" / "b.py").unlink()

    changes = airflow_folder.sync(session(bucket), BUCKET, airflow_folder.files(repository))

    assert changes == airflow_folder.Changes(["dags/a.py"], ["dags/media_stream/b.py"])
    assert bucket.objects == airflow_folder.files(repository) | {"jobs/untouched.py": b""}


def test_more_stale_files_than_one_request_takes_are_deleted() -> None:
    bucket = FakeBucket()
    bucket.objects = {f"dags/{number}.py": b"" for number in range(2345)}

    airflow_folder.sync(session(bucket), BUCKET, {})

    assert bucket.objects == {}


def test_requirements_lie_under_their_content_and_are_put_once(repository: Path) -> None:
    bucket = FakeBucket()

    first = airflow_folder.upload_requirements(session(bucket), BUCKET, repository)
    assert airflow_folder.upload_requirements(session(bucket), BUCKET, repository) == first
    (repository / "dags" / "requirements.txt").write_text("changed")
    second = airflow_folder.upload_requirements(session(bucket), BUCKET, repository)

    assert first != second
    assert bucket.objects == {first: b"dags/requirements.txt", second: b"changed"}
    assert bucket.puts == 2


def test_requirements_name_the_constraints_of_the_airflow_that_the_template_asks_for() -> None:
    template = (paths.ROOT / "infra" / "template.yaml").read_text()
    asked = re.findall(r"AirflowVersion: (\S+)", template)

    named = re.findall(
        r'^--constraint ".*/constraints-(.+)/constraints-3\.12\.txt"$',
        (paths.ROOT / "dags" / "requirements.txt").read_text(),
        re.M,
    )

    assert named == asked


def test_every_requirement_is_pinned() -> None:
    lines = (paths.ROOT / "dags" / "requirements.txt").read_text().splitlines()
    packages = [line for line in lines if line and not line.startswith(("#", "--"))]

    assert packages
    assert all(re.fullmatch(r"[a-z0-9.-]+==[0-9.]+", line) for line in packages)
