"""A service started for tests, as a process or in a container: what a test may ask of it is the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

STOPPED_WITHIN = 20
"""Seconds."""


class RunningService(Protocol):
    """A service that was started."""

    @property
    def exit_code(self) -> int | None:
        """What it ended with; None while it runs. Negative, or above 128, when a signal ended it."""

    def stop(self) -> float:
        """Stop it as its supervisor does, and return how long that took in seconds."""

    def kill(self) -> None:
        """Kill it at once, with all its processes."""

    def members(self) -> list[int]:
        """Its processes that are still there."""

    def log(self) -> str:
        """What it has printed."""

    def remove(self) -> None:
        """Leave nothing of it behind but its state; it has ended."""


@dataclass(frozen=True)
class Ended:
    """A service that ended by itself."""

    exit_code: int
    log: str


class Runner(Protocol):
    """Starts services by their start scripts."""

    def prepare(self) -> None:
        """Make sure that services can be started; called once."""

    def start(self, script: str, environment: Mapping[str, str]) -> RunningService:
        """Start ``services/<script>``; what it prints is appended to ``<its LAB_VAR>/<service>.log``."""

    def run(self, script: str, environment: Mapping[str, str], within: float) -> Ended:
        """Start ``services/<script>`` and wait until it ends, for ``within`` seconds at most."""


def service_of(script: str) -> str:
    """The service that a script starts: "localstack" for "localstack/start"."""
    return Path(script).parts[0]
