"""Nothing on this machine: AWS and Snowflake run everything, and only deployments start or end it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from scripts.display import Display
from scripts.profile import Profile
from scripts.runtime import Program


@dataclass(frozen=True, slots=True)
class Managed:
    """The runtime of a profile of kind aws whose Airflow is MWAA."""

    profile: Profile
    name = "none"

    def start(self, display: Display) -> None:
        """Nothing to start."""
        display.note(f"Profile {self.profile.name} starts nothing on this machine: AWS and Snowflake run everything")

    def stop(self) -> bool:
        """Nothing to stop."""
        return False

    def clean(self) -> None:
        """Nothing to delete but the lab's own reports."""

    def programs(self) -> tuple[Program, ...]:
        """None is on this machine."""
        return ()

    def memory(self) -> Mapping[str, int]:
        """None is on this machine."""
        return {}

    def tail(self, program: str, lines: int) -> str:
        """Where AWS keeps the log."""
        region = self.profile["AWS_REGION"]
        return f"(the last {lines} lines of {program} are in CloudWatch: aws logs tail … --region {region})"
