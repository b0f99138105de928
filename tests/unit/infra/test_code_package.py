"""The code's package: deterministic, versioned by content, uploaded once."""

import io
import re
import zipfile
from pathlib import Path

import pytest

from scripts import code, libraries, paths
from tests.fake_bucket import FakeBucket


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


@pytest.mark.parametrize("function", ["archive_records", "trigger_pipeline"])
def test_a_function_carries_the_sdk_for_the_services_it_calls_and_no_others(function: str) -> None:
    service = {"archive_records": "s3", "trigger_pipeline": "mwaa"}[function]

    files = code.function_files(paths.ROOT, function)

    assert {"handler.py", "boto3/__init__.py", "botocore/data/endpoints.json"} <= files.keys()
    described = {name.split("/")[2] for name in files if re.match(r"botocore/data/.+/", name)}
    assert described == {service}
    assert sum(map(len, files.values())) < 10_000_000


def test_libraries_are_installed_once_for_each_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commands: list[tuple[str, ...]] = []

    def install(*command: str) -> None:
        commands.append(command)
        Path(command[command.index("--target") + 1]).mkdir()

    monkeypatch.setattr("scripts.environments.uv", install)
    monkeypatch.setattr("scripts.paths.envs", lambda: tmp_path / "envs")
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("boto3==1")
    assert libraries.install(requirements) == libraries.install(requirements)
    requirements.write_text("boto3==2")
    libraries.install(requirements)

    assert len(commands) == 2
    assert all("--require-hashes" in command for command in commands)


def test_libraries_are_those_of_the_platform_that_the_template_asks_for() -> None:
    template = (paths.ROOT / "infra" / "template.yaml").read_text()

    runtimes = set(re.findall(r"Runtime: python(\S+)", template))
    assert runtimes == {libraries.PLATFORM[libraries.PLATFORM.index("--python-version") + 1]}
    assert "Architectures: [arm64]" not in template
    assert "x86_64-manylinux2014" in libraries.PLATFORM


LEFT_BEHIND = ["bin/tool", "boto3/__pycache__/a.pyc", "boto3-1.dist-info/RECORD", "botocore/data/ec2/2016/service.json"]


@pytest.mark.parametrize("name", LEFT_BEHIND)
def test_what_a_function_does_not_need_of_its_libraries_stays_out(tmp_path: Path, name: str) -> None:
    for each in (name, "boto3/__init__.py", "botocore/data/s3/2006/service.json"):
        (tmp_path / each).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / each).write_text("x")

    found = libraries.needed(tmp_path, [b's3 = boto3.client("s3")'])

    assert sorted(found) == ["boto3/__init__.py", "botocore/data/s3/2006/service.json"]


def test_a_function_carries_what_it_shares_with_the_dags() -> None:
    package = code.package(paths.ROOT)

    names = names_in(package.files["lambda/trigger_pipeline.zip"])
    assert [name for name in names if name.startswith("media_stream/")] == [
        "media_stream/__init__.py",
        "media_stream/arrivals.py",
        "media_stream/coverage.py",
    ]


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
