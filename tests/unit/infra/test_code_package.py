"""The code's package: deterministic, versioned by content, uploaded once."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scripts import code, paths


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Two jobs and a function."""
    for name, text in {
        "jobs/a.py": "a",
        "jobs/b.py": "b",
        "lambda/f/handler.py": "f",
        "lambda/f/note.md": "no",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


class FakeBucket:
    """As much of boto3's session and S3 client as an upload uses."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}

    def client(self, service: str) -> "FakeBucket":
        assert service == "s3"
        return self

    def get_paginator(self, operation: str) -> "FakeBucket":
        assert operation == "list_objects_v2"
        return self

    def paginate(self, Bucket: str, Prefix: str) -> Iterator[dict[str, Any]]:  # noqa: N803 - boto3's names
        found = {key: body for key, body in self.objects.items() if key.startswith(Prefix)}
        yield {"Contents": [{"Key": key, "Size": len(body)} for key, body in found.items()]} if found else {}

    def put_object(self, Bucket: str, Key: str, Body: bytes) -> None:  # noqa: N803 - boto3's names
        self.objects[Key] = Body


def names_in(archive: bytes) -> list[str]:
    return zipfile.ZipFile(io.BytesIO(archive)).namelist()


def test_a_package_holds_jobs_one_by_one_and_zipped_and_functions_as_zips(repository: Path) -> None:
    package = code.package(repository)

    assert sorted(package.files) == ["jobs.zip", "jobs/a.py", "jobs/b.py", "lambda/f.zip"]
    assert names_in(package.files["jobs.zip"]) == ["jobs/a.py", "jobs/b.py"]
    assert names_in(package.files["lambda/f.zip"]) == ["handler.py"]


def test_the_same_files_are_the_same_bytes_whenever_they_were_written(repository: Path) -> None:
    before = code.package(repository)
    for path in repository.rglob("*.py"):
        path.touch()

    assert code.package(repository) == before


CHANGES = [
    pytest.param("jobs/a.py", "changed", id="another content"),
    pytest.param("jobs/c.py", "a", id="another file"),
    pytest.param("lambda/f/handler.py", "changed", id="a function"),
]


@pytest.mark.parametrize(("name", "text"), CHANGES)
def test_a_change_is_another_version(repository: Path, name: str, text: str) -> None:
    before = code.package(repository).version
    (repository / name).write_text(text)

    assert code.package(repository).version != before


def test_what_python_leaves_behind_is_not_packaged(repository: Path) -> None:
    before = code.package(repository)
    (repository / "jobs" / "__pycache__").mkdir()
    (repository / "jobs" / "__pycache__" / "a.py").write_text("")

    assert code.package(repository) == before


def test_only_what_is_missing_is_uploaded(repository: Path) -> None:
    bucket, package = FakeBucket(), code.package(repository)

    first = code.upload(bucket, "code", package)  # type: ignore[arg-type]
    del bucket.objects[package.key("jobs/b.py")]
    second = code.upload(bucket, "code", package)  # type: ignore[arg-type]

    assert len(first) == len(package.files)
    assert second == [package.key("jobs/b.py")]
    assert code.upload(bucket, "code", package) == []  # type: ignore[arg-type]


def test_this_repository_has_what_the_template_asks_for() -> None:
    template = (paths.ROOT / "infra" / "template.yaml").read_text()
    package = code.package(paths.ROOT)

    asked = [name for name in package.files if f"${{CodeVersion}}/{name}" in template]

    assert {"jobs.zip", "lambda/archive_records.zip", "lambda/trigger_pipeline.zip"} <= set(asked)
