"""Docker Compose as the lab's runtime, with a docker command that answers from a script."""

import json
from pathlib import Path

import pytest
from rich.console import Console

from scripts import preflight
from scripts.display import PlainDisplay
from scripts.errors import LabError
from scripts.profile import load
from scripts.runtime import Program
from scripts.runtime.compose import Compose
from tests.unit.scripts.runtime.docker_command import DockerCommand

SERVICES = [
    {"Name": "media-stream-localstack-1", "Service": "localstack", "State": "running", "Health": "healthy"},
    {"Name": "media-stream-network-1", "Service": "network", "State": "running", "Health": ""},
    {"Name": "media-stream-postgres-1", "Service": "postgres", "State": "running", "Health": "starting"},
    {"Name": "media-stream-snowflake-1", "Service": "snowflake", "State": "exited", "Health": ""},
]


@pytest.fixture
def compose(docker: DockerCommand, monkeypatch: pytest.MonkeyPatch) -> Compose:
    monkeypatch.setattr(preflight, "ports", lambda _profile: None)
    return Compose(load("local"))


@pytest.fixture
def display() -> PlainDisplay:
    return PlainDisplay(Console(width=200))


def lines(rows: list[dict[str, str]]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def test_a_service_runs_when_its_container_does_and_is_healthy(docker: DockerCommand, compose: Compose) -> None:
    docker.answers("compose ps", lines(SERVICES))
    assert compose.programs() == (
        Program("localstack", "running (healthy)", runs=True),
        Program("network", "running", runs=True),
        Program("postgres", "running (starting)", runs=False),
        Program("snowflake", "exited", runs=False, gave_up=True),
    )


def test_memory_is_told_by_service_in_bytes(docker: DockerCommand, compose: Compose) -> None:
    docker.answers("compose ps", lines(SERVICES[:2]))
    usage = [("localstack", "1.5GiB / 4GiB"), ("network", "704KiB / 32MiB")]
    docker.answers("stats", lines([{"Name": f"media-stream-{name}-1", "MemUsage": text} for name, text in usage]))
    assert compose.memory() == {"localstack": 1536 * 1024**2, "network": 704 * 1024}


def test_a_start_builds_and_brings_the_certificate_here(
    docker: DockerCommand, compose: Compose, display: PlainDisplay, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    docker.answers("build", "#7 [airflow 3/7] RUN uv pip sync\n#7 0.3 Resolved\n")
    compose.start(display)
    assert docker.asked[-4:] == [
        "compose --progress plain --profile * build",
        "compose up --detach",
        "compose up --detach --wait snowflake",
        f"compose cp snowflake:/var/lib/lab/tls/bundle.pem {tmp_path}/var/tls/bundle.pem",
    ]
    shown = capsys.readouterr().out
    assert "[airflow 3/7] RUN uv pip sync" in shown
    assert "Resolved" not in shown


def test_a_build_that_fails_ends_in_the_builders_words(
    docker: DockerCommand, compose: Compose, display: PlainDisplay
) -> None:
    docker.answers("build", "#7 [airflow 3/7] RUN uv pip sync\n#7 ERROR: no route to host\n", code=17)
    with pytest.raises(LabError, match="no route to host") as refused:
        compose.start(display)
    assert "RUNTIME=processes" in str(refused.value.next_command)


def test_containers_that_do_not_start_end_in_the_engines_words(
    docker: DockerCommand, compose: Compose, display: PlainDisplay
) -> None:
    docker.answers("up", err="Bind for 127.0.0.1:4566 failed: port is already allocated\n", code=1)
    with pytest.raises(LabError, match="port is already allocated"):
        compose.start(display)


def test_the_profile_of_the_command_is_the_containers(docker: DockerCommand, compose: Compose) -> None:
    script = (docker.folder / "docker").read_text()
    (docker.folder / "docker").write_text(
        script.replace(
            "asked = sys.argv[1:]", 'import os\nasked = [os.environ["LAB_PROFILE"], os.environ["AIRFLOW_PORT"]]'
        )
    )
    compose.tail("localstack", 5)
    assert docker.asked == [f"{load('local').path} 8080"]


def test_down_keeps_the_volumes_and_clean_does_not(docker: DockerCommand, compose: Compose) -> None:
    docker.answers("compose ps", lines(SERVICES))
    assert compose.stop()
    compose.clean()
    assert [line for line in docker.asked if "down" in line] == ["compose down", "compose down --volumes"]
