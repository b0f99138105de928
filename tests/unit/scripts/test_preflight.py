import os
import socket
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from scripts import preflight, profile, supervisor
from scripts.errors import LabError


@pytest.fixture(autouse=True)
def lab_var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LAB_VAR", str(tmp_path / "var"))
    return tmp_path / "var"


def java_that_says(folder: Path, words: str) -> Path:
    binary = folder / "bin" / "java"
    binary.parent.mkdir(parents=True)
    binary.write_text(f"#!/bin/sh\necho '{words}' >&2\n")
    binary.chmod(0o755)
    return folder


@pytest.mark.parametrize(
    "words",
    [
        pytest.param('openjdk version "17.0.15" 2025-04-15', id="17"),
        pytest.param('openjdk version "21" 2023-09-19', id="21, first release"),
        pytest.param('java version "25.0.1" 2025-10-21 LTS', id="25"),
    ],
)
def test_a_java_of_17_or_newer_is_accepted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str) -> None:
    monkeypatch.setenv("JAVA_HOME", str(java_that_says(tmp_path / "jdk", words)))
    preflight.java()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        pytest.param('openjdk version "11.0.2" 2019-01-15', "Java 11; Spark needs 17", id="11"),
        pytest.param('java version "1.8.0_392"', "Java 8; Spark needs 17", id="8, old numbering"),
        pytest.param("Error: could not find libjvm.so", "does not name a version", id="broken"),
    ],
)
def test_an_unfit_java_is_named_with_the_command_that_installs_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str, expected: str
) -> None:
    monkeypatch.setenv("JAVA_HOME", str(java_that_says(tmp_path / "jdk", words)))
    with pytest.raises(LabError, match=expected) as caught:
        preflight.java()
    assert "apt-get install openjdk-17" in caught.value.message


def test_a_missing_java_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(LabError, match="there is no java on the PATH"):
        preflight.java()


def test_a_java_home_without_java_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(LabError, match=f"JAVA_HOME={tmp_path} has no bin/java"):
        preflight.java()


def test_too_little_room_is_an_error_that_names_the_folder(monkeypatch: pytest.MonkeyPatch, lab_var: Path) -> None:
    monkeypatch.setattr(preflight, "FREE_BYTES_MINIMUM", 10**18)
    with pytest.raises(LabError, match="GiB free") as caught:
        preflight.disk()
    assert str(lab_var) in caught.value.message


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def local_profile_with(tmp_path: Path, **changes: str) -> profile.Profile:
    lines = [f"{key}={value}" for key, value in {**profile.load("local").values, **changes}.items()]
    path = tmp_path / "changed.env"
    path.write_text("\n".join(lines))
    return profile.load(str(path))


@pytest.fixture
def only_that_port(taken_port: int, monkeypatch: pytest.MonkeyPatch) -> int:
    """The lab of whoever runs the tests may hold its usual ports."""
    monkeypatch.setattr(preflight, "addresses", lambda _profile: {taken_port: "SNOWFLAKE_PORT"})
    return taken_port


def test_a_taken_port_is_named_with_its_setting_and_its_holder(only_that_port: int) -> None:
    with pytest.raises(LabError, match=rf"Port {only_that_port} \(SNOWFLAKE_PORT") as caught:
        preflight.ports(profile.load("local"))
    assert f"process {os.getpid()}" in caught.value.message


def test_a_port_held_by_this_lab_is_fine(only_that_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "processes", lambda: [psutil.Process()])
    preflight.ports(profile.load("local"))


def test_every_port_of_the_profile_is_looked_at() -> None:
    assert preflight.addresses(profile.load("local")) == {
        4566: "LOCALSTACK_PORT",
        8080: "AIRFLOW_PORT",
        7077: "SPARK_MASTER_PORT",
        8082: "SPARK_MASTER_UI_PORT",
        8083: "SPARK_WORKER_UI_PORT",
        8090: "SNOWFLAKE_PORT",
        8501: "DASHBOARD_PORT",
    }


def test_an_address_with_another_port_than_its_setting_is_refused(tmp_path: Path) -> None:
    changed = local_profile_with(tmp_path, AIRFLOW_URL="http://localhost:9999")
    with pytest.raises(LabError, match=r"AIRFLOW_URL=http://localhost:9999 .* AIRFLOW_PORT=8080"):
        preflight.addresses(changed)


def test_a_port_that_a_container_holds_is_told_with_what_frees_it(monkeypatch: pytest.MonkeyPatch) -> None:
    local = profile.load("local")
    taken = SimpleNamespace(
        laddr=SimpleNamespace(port=int(local["AIRFLOW_PORT"])), status=psutil.CONN_LISTEN, pid=os.getpid()
    )
    monkeypatch.setattr(psutil, "net_connections", lambda **_: [taken])
    monkeypatch.setattr(psutil.Process, "name", lambda _self: "docker-proxy")
    with pytest.raises(LabError, match=r"taken by a container; .* make down RUNTIME=compose"):
        preflight.ports(local)
