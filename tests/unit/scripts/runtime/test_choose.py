"""Which runtime a command uses."""

import pytest

from scripts import supervisor
from scripts.errors import LabError
from scripts.profile import Profile, load
from scripts.runtime.choose import Wish, choose
from tests.unit.scripts.runtime.docker_command import DockerCommand


@pytest.fixture
def profile() -> Profile:
    return load("local")


@pytest.fixture
def running_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    program = supervisor.Program("localstack", "RUNNING", 1, "")
    monkeypatch.setattr(supervisor, "programs", lambda: (program,))


def test_containers_are_used_where_an_engine_answers(docker: DockerCommand, profile: Profile) -> None:
    choice = choose(Wish.AUTO, profile)
    assert choice.runtime.name == "compose"
    assert choice.reason == "a container engine answers"


def test_without_an_engine_the_services_are_processes_and_the_reason_is_said(
    docker: DockerCommand, profile: Profile
) -> None:
    docker.answers("version {{.Server.Version}}", err="Cannot connect", code=1)
    choice = choose(Wish.AUTO, profile)
    assert choice.runtime.name == "processes"
    assert "Cannot connect" in choice.reason


@pytest.mark.usefixtures("running_processes")
def test_a_lab_that_runs_as_processes_is_found_again(docker: DockerCommand, profile: Profile) -> None:
    assert choose(Wish.AUTO, profile).runtime.name == "processes"


@pytest.mark.usefixtures("running_processes")
def test_containers_beside_a_lab_of_processes_are_refused(docker: DockerCommand, profile: Profile) -> None:
    with pytest.raises(LabError, match="running as processes") as refused:
        choose(Wish.COMPOSE, profile)
    assert refused.value.next_command == "make down RUNTIME=processes"


def test_containers_that_cannot_be_had_are_an_error_when_they_are_asked_for(
    docker: DockerCommand, profile: Profile
) -> None:
    docker.answers("compose version", "2.10.0")
    with pytest.raises(LabError, match=r"Compose is 2\.10\.0"):
        choose(Wish.COMPOSE, profile)


@pytest.mark.parametrize("wish", [Wish.PROCESSES, Wish.NONE])
def test_who_wants_no_containers_needs_no_engine(docker: DockerCommand, profile: Profile, wish: Wish) -> None:
    assert choose(wish, profile).runtime.name == wish.value
    assert docker.asked == []
