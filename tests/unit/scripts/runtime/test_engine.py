"""What is said of a container engine that cannot run the lab."""

import pytest

from scripts.errors import LabError
from scripts.runtime import engine
from tests.unit.scripts.runtime.docker_command import DockerCommand

SOCKET = "unix:///var/run/docker.sock"


def test_an_engine_that_is_well_gives_no_trouble(docker: DockerCommand) -> None:
    assert engine.trouble() == ""
    engine.require_memory()


def test_without_a_docker_command_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert engine.trouble() == "there is no docker command"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        pytest.param(
            f"Cannot connect to the Docker daemon at {SOCKET}. Is the docker daemon running?",
            f"no container engine answers (Cannot connect to the Docker daemon at {SOCKET}",
            id="not running",
        ),
        pytest.param(
            "permission denied while trying to connect to the Docker daemon socket",
            "usermod -aG docker",
            id="no permission",
        ),
    ],
)
def test_an_engine_out_of_reach_is_named_with_what_mends_it(docker: DockerCommand, words: str, sentence: str) -> None:
    docker.answers("version {{.Server.Version}}", err=words, code=1)
    assert sentence in engine.trouble()


@pytest.mark.parametrize(
    ("version", "fits"),
    [("2.21.0", True), ("v2.26.1-4", True), ("10.0", True), ("2.20.3", False), ("1.29.2", False), ("", False)],
)
def test_compose_must_be_new_enough(docker: DockerCommand, version: str, fits: bool) -> None:
    docker.answers("compose version", version)
    trouble = engine.trouble()
    assert (trouble == "") is fits
    assert fits or (version or "missing") in trouble


def test_an_engine_with_too_little_memory_is_refused_with_both_figures(docker: DockerCommand) -> None:
    docker.answers("info {{.MemTotal}}", str(2 * 1024**3))
    with pytest.raises(LabError, match=r"has 2.0 GiB of memory, and the lab needs 6 GiB") as refused:
        engine.require_memory()
    assert refused.value.next_command == "make e2e RUNTIME=processes"
