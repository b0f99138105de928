"""Where the services run: as processes of this machine, in containers, or under somebody else's care."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from scripts.display import Display


@dataclass(frozen=True, slots=True)
class Program:
    """One service: its name, its state in its supervisor's own words, and what that means for a user."""

    name: str
    state: str
    runs: bool
    gave_up: bool = False


class Runtime(Protocol):
    """Starts and stops the services, and tells of them. State outlives ``stop``."""

    name: str

    def start(self, display: Display) -> None:
        """Install what is missing and start what is down.

        Raises:
            LabError: something the services need is missing or taken.
        """

    def stop(self) -> bool:
        """Stop every service; return whether anything was running."""

    def clean(self) -> None:
        """Stop every service and delete what they wrote."""

    def programs(self) -> tuple[Program, ...]:
        """Every service that ought to run; empty when nothing was started."""

    def memory(self) -> Mapping[str, int]:
        """Bytes of memory that each service takes now."""

    def tail(self, program: str, lines: int) -> str:
        """The last lines of a service's log."""
