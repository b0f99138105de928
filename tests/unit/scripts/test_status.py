"""What `lab status` shows, whoever has started the services."""

from collections.abc import Callable, Mapping
from typing import Any, cast

import pytest
from rich.console import Console

from scripts import health, status
from scripts.errors import Unavailable
from scripts.memory import MemoryWatch
from scripts.profile import Profile, load
from scripts.runtime import Program


class FakeRuntime:
    def __init__(self, programs: tuple[Program, ...], memory: Mapping[str, int]) -> None:
        self._programs = programs
        self._memory = memory

    def programs(self) -> tuple[Program, ...]:
        return self._programs

    def memory(self) -> Mapping[str, int]:
        return self._memory


def refuse(_profile: Profile) -> None:
    raise Unavailable("Connection refused")


def accept(_profile: Profile) -> None:
    """It answers."""


def show(*programs: Program, **memory: int) -> tuple[bool, str]:
    console = Console(width=200)
    with console.capture() as captured:
        running = status.show(load("local"), cast("Any", FakeRuntime(programs, memory)), console)
    return running, captured.get()


def test_each_service_has_its_state_its_memory_and_its_address() -> None:
    running, text = show(Program("localstack", "RUNNING", runs=True), localstack=1_200_000_000)
    assert running
    assert ["localstack", "RUNNING", "1,200", "MB", load("local")["AWS_ENDPOINT_URL"]] in [
        line.split() for line in text.splitlines()
    ]
    assert "All together: 1.2 GB" in text


def test_one_that_does_not_run_is_shown_with_the_next_command() -> None:
    running, text = show(Program("localstack", "FATAL", runs=False, gave_up=True))
    assert not running
    assert "make up" in text


@pytest.mark.parametrize(("check", "runs"), [(accept, True), (refuse, False)])
def test_services_that_nobody_here_has_started_are_shown_as_calls_find_them(
    monkeypatch: pytest.MonkeyPatch, check: Callable[[Profile], None], runs: bool
) -> None:
    address = {"localstack": lambda profile: str(profile["AWS_ENDPOINT_URL"])}
    monkeypatch.setattr(health, "SERVICES", (health.Service("LocalStack", address, check),))
    running, text = show()
    assert running is runs
    assert ("healthy" if runs else "no answer") in text
    assert "All together" not in text


@pytest.mark.parametrize(
    ("memory", "usage"),
    [({"localstack": 5}, {"start": 5, "peak": 5}), ({}, None)],
    ids=["told by the runtime", "known to nobody"],
)
def test_memory_that_nobody_can_tell_is_no_zero(memory: Mapping[str, int], usage: dict[str, int] | None) -> None:
    with MemoryWatch(cast("Any", FakeRuntime((), memory))) as watch:
        pass
    assert watch.usage == usage
