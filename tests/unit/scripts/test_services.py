"""What is said of services when a run did not end well."""

from typing import Any, cast

import pytest

from scripts import preflight, services
from scripts.errors import LabError
from scripts.runtime import Program


class FakeRuntime:
    def __init__(self, *programs: Program) -> None:
        self._programs = programs

    def programs(self) -> tuple[Program, ...]:
        return self._programs


@pytest.fixture(autouse=True)
def room_on_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "disk", lambda: None)


def ailments(*programs: Program) -> list[str]:
    return services.ailments(cast("Any", FakeRuntime(*programs)))


def test_of_services_that_run_nothing_is_said() -> None:
    assert ailments(Program("localstack", "RUNNING", runs=True)) == []


def test_a_service_that_has_given_up_is_named_with_its_log_and_the_next_command() -> None:
    (words,) = ailments(
        Program("localstack", "RUNNING", runs=True),
        Program("airflow-scheduler", "FATAL", runs=False, gave_up=True),
    )
    assert words.startswith("airflow-scheduler is FATAL.")
    assert "make logs SERVICE=airflow-scheduler" in words
    assert words.endswith("make up")


def test_a_full_disk_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def full() -> None:
        raise LabError("var is on a disk with 0.0 GiB free")

    monkeypatch.setattr(preflight, "disk", full)
    assert ailments() == ["var is on a disk with 0.0 GiB free"]
