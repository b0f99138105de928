"""The start scripts: what they refuse, with which sentence, and the jars they run on."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import fetch_jars
import pytest

SPARK = Path(__file__).parents[2] / "services" / "spark"


def run(script: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A script of services/spark with these variables set."""
    return subprocess.run(
        [SPARK / script], check=False, env={**os.environ, **environment}, capture_output=True, text=True, timeout=60
    )


@pytest.fixture
def java_of(tmp_path: Path) -> Callable[[str], str]:
    """A JAVA_HOME whose java calls itself what the test says."""

    def make(version_line: str) -> str:
        command = tmp_path / "java home" / "bin" / "java"
        command.parent.mkdir(parents=True)
        command.write_text(f"#!/bin/sh\necho '{version_line}' >&2\n")
        command.chmod(0o755)
        return str(tmp_path / "java home")

    return make


@pytest.mark.parametrize("script", ["start-master", "start-worker", "spark-submit", "fetch-jars"])
def test_without_java_every_script_names_the_command_that_installs_it(script: str, tmp_path: Path) -> None:
    result = run(script, JAVA_HOME=str(tmp_path), LAB_VAR=str(tmp_path))

    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith("No Java found")
    assert "sudo apt-get install openjdk-17-jre-headless" in result.stderr


@pytest.mark.parametrize(
    ("version_line", "told"),
    [
        pytest.param('openjdk version "11.0.2" 2019-01-15', "Java 11.0.2 ", id="11"),
        pytest.param('java version "1.8.0_292"', "Java 1.8.0_292 ", id="8, as it called itself"),
        pytest.param("something else", "Java of an unreadable version ", id="unreadable"),
    ],
)
def test_a_java_that_is_too_old_is_named_with_its_version(
    java_of: Callable[[str], str], version_line: str, told: str, tmp_path: Path
) -> None:
    result = run("spark-submit", JAVA_HOME=java_of(version_line), LAB_VAR=str(tmp_path))

    assert result.returncode == 1
    assert result.stderr.startswith(told)
    assert "Spark 4.1 needs Java 17 or 21" in result.stderr


def test_an_environment_that_is_not_installed_is_said_with_the_next_command(tmp_path: Path) -> None:
    result = run("start-master", LAB_ENVS=str(tmp_path / "envs"), LAB_VAR=str(tmp_path))

    assert result.returncode == 1
    assert "is not installed. Make it with: make up" in result.stderr


def test_an_address_without_a_port_is_refused_before_spark_starts(tmp_path: Path) -> None:
    result = run(
        "start-master", LAB_VAR=str(tmp_path), SPARK_MASTER_URL="spark://here", SPARK_MASTER_UI_URL="http://h:1"
    )

    assert result.returncode == 1
    assert "No port in the address 'spark://here'" in result.stderr


@pytest.fixture
def jar_list(tmp_path: Path) -> Path:
    """A list of one jar, whose content is b'jar'."""
    path = tmp_path / "jars.txt"
    path.write_text(f"# one jar\norg.example:tool:1.2 {hashlib.sha256(b'jar').hexdigest()}\n")
    return path


@pytest.fixture
def resolver(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Spark's resolver, which gives these contents one after the other and then has no network."""
    contents: list[bytes] = []

    def resolve(jars: list[object], ivy: Path) -> dict[object, Path]:
        found = {}
        for number, jar in enumerate(jars):
            found[jar] = ivy / f"{number}.jar"
            found[jar].write_bytes(contents.pop(0))
        return found

    monkeypatch.setattr(fetch_jars, "resolve", resolve)
    return contents


def test_jars_that_are_there_and_sound_need_no_network(jar_list: Path, resolver: list[bytes], tmp_path: Path) -> None:
    resolver.append(b"jar")
    for _ in range(2):
        fetch_jars.main(jar_list, tmp_path / "jars")

    assert [path.name for path in sorted((tmp_path / "jars").iterdir())] == [".verified", "tool-1.2.jar"]


def test_a_jar_that_was_damaged_is_fetched_again_and_a_stray_one_goes(
    jar_list: Path, resolver: list[bytes], tmp_path: Path
) -> None:
    resolver += [b"jar", b"jar"]
    fetch_jars.main(jar_list, tmp_path / "jars")
    (tmp_path / "jars" / "tool-1.2.jar").write_bytes(b"half a j")
    (tmp_path / "jars" / "tool-1.1.jar").write_bytes(b"old")
    fetch_jars.main(jar_list, tmp_path / "jars")

    assert (tmp_path / "jars" / "tool-1.2.jar").read_bytes() == b"jar"
    assert not (tmp_path / "jars" / "tool-1.1.jar").exists()


def test_a_fetched_jar_with_another_checksum_is_not_kept(jar_list: Path, resolver: list[bytes], tmp_path: Path) -> None:
    resolver.append(b"something else")

    with pytest.raises(SystemExit, match=r"tool-1.2.jar has the sha256 .*: it was not kept"):
        fetch_jars.main(jar_list, tmp_path / "jars")
    assert list((tmp_path / "jars").iterdir()) == []


@pytest.mark.parametrize("line", ["org.example:tool 00", "org.example:tool:1.2", "org.example:tool:1.2 00 more"])
def test_a_line_that_is_not_a_coordinate_and_a_checksum_is_refused(line: str) -> None:
    with pytest.raises(SystemExit, match=r"Line 1 .*write it as 'group:artifact:version sha256'"):
        fetch_jars.read_list(line)


@pytest.mark.parametrize(
    ("proxies", "options"),
    [
        pytest.param({}, [], id="none"),
        pytest.param({"no": "localhost"}, [], id="only exceptions"),
        pytest.param(
            {"https": "http://proxy.example.com:3128/"},
            ["-Dhttps.proxyHost=proxy.example.com", "-Dhttps.proxyPort=3128"],
            id="one",
        ),
        pytest.param(
            {"http": "http://me:secret@proxy.example.com"},
            ["-Dhttp.proxyHost=proxy.example.com", "-Dhttp.proxyPort=80"],
            id="without a port",
        ),
    ],
)
def test_java_is_told_of_the_proxies_of_the_environment(proxies: dict[str, str], options: list[str]) -> None:
    assert fetch_jars.java_options(proxies) == options


def test_each_jar_of_the_list_is_pinned_by_a_sha256() -> None:
    jars = fetch_jars.read_list((SPARK / "jars.txt").read_text())

    assert {len(jar.sha256) for jar in jars} == {64}
    assert "iceberg-spark-runtime-4.1_2.13-1.11.0.jar" in {jar.file_name for jar in jars}
