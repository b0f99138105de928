"""The services as processes of this machine, under supervisord."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from scripts import environments, placement, preflight, supervisor
from scripts.display import Display
from scripts.profile import Profile, environment
from scripts.runtime import Program


@dataclass(frozen=True, slots=True)
class Processes:
    """Each service in its own virtual environment; state and logs in ``var/``."""

    profile: Profile
    name = "processes"

    def start(self, display: Display) -> None:
        """Check the machine, install the environments, start supervisord or what is down."""
        preflight.check(self.profile)
        display.heading("Environments")
        environments.install(display.note, placement.environment_names(self.profile))
        display.heading("Services")
        supervisor.start(environment(self.profile), placement.programs(self.profile))

    def stop(self) -> bool:
        """Stop supervisord and all below it."""
        return supervisor.stop()

    def clean(self) -> None:
        """Stop; what they wrote is in ``var/``, which goes with the lab's own reports."""
        supervisor.stop()

    def programs(self) -> tuple[Program, ...]:
        """The programs of services/supervisord.conf."""
        return tuple(
            Program(each.name, each.state, runs=each.state == "RUNNING", gave_up=each.state == "FATAL")
            for each in supervisor.programs()
        )

    def memory(self) -> Mapping[str, int]:
        """By program; what belongs to none is supervisord's."""
        return supervisor.memory()

    def tail(self, program: str, lines: int) -> str:
        """Of var/logs/<program>.log."""
        return supervisor.tail(program, lines)
