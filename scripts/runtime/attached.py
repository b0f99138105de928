"""Services that somebody else has started: there is nothing to start, to stop or to look into."""

from __future__ import annotations

from collections.abc import Mapping

from scripts.display import Display
from scripts.errors import LabError
from scripts.runtime import Program

NOT_OURS = "RUNTIME=none: the services run under somebody else's care"


class Attached:
    """Only the profile's addresses are known."""

    name = "none"

    def start(self, display: Display) -> None:
        """Nothing to do."""

    def stop(self) -> bool:
        """Refuse: they are not this command's to stop."""
        raise LabError(f"{NOT_OURS}, which stops them too.", next_command="docker compose down")

    def clean(self) -> None:
        """Refuse, as for ``stop``."""
        raise LabError(f"{NOT_OURS}, which deletes their state too.", next_command="docker compose down -v")

    def programs(self) -> tuple[Program, ...]:
        """None is known."""
        return ()

    def memory(self) -> Mapping[str, int]:
        """None is known."""
        return {}

    def tail(self, program: str, lines: int) -> str:
        """No log is at hand."""
        return f"(the last {lines} lines of {program} are not at hand. {NOT_OURS}.)"
