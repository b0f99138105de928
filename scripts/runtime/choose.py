"""Which runtime a command uses: the one asked for, the one that is running, or containers where an engine answers."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from scripts.errors import LabError
from scripts.profile import Profile
from scripts.runtime import Runtime, engine
from scripts.runtime.attached import Attached
from scripts.runtime.compose import Compose
from scripts.runtime.managed import Managed
from scripts.runtime.processes import Processes


class Wish(StrEnum):
    """What a user may ask for."""

    AUTO = "auto"
    COMPOSE = "compose"
    PROCESSES = "processes"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Choice:
    """A runtime and the reason for it, as half a sentence."""

    runtime: Runtime
    reason: str


def choose(wish: Wish, profile: Profile) -> Choice:
    """The runtime for ``wish``.

    Raises:
        LabError: containers are asked for and no engine can run them, or the lab already runs the other way.
    """
    if profile.is_aws and profile.airflow == "mwaa":
        return Choice(Managed(profile), "AIRFLOW=mwaa: AWS and Snowflake run everything")
    if wish is Wish.NONE:
        return Choice(Attached(), "RUNTIME=none")
    return _beside_aws(wish, profile) if profile.is_aws else _this_machine(wish, profile)


def _this_machine(wish: Wish, profile: Profile) -> Choice:
    """All of the lab, as processes or in containers."""
    if wish is Wish.PROCESSES:  # in containers, the ports would be taken: the lab says by whom
        return Choice(Processes(profile), "RUNTIME=processes")
    processes = Processes(profile)
    trouble = engine.trouble()
    if wish is Wish.COMPOSE:
        if trouble:
            raise LabError(f"RUNTIME=compose: {trouble}", next_command="make e2e RUNTIME=processes")
        if processes.programs():
            raise LabError(
                "The lab is running as processes; in containers beside them it would want the same ports.",
                next_command="make down RUNTIME=processes",
            )
        return Choice(Compose(profile), "RUNTIME=compose")
    if processes.programs():
        return Choice(processes, "the lab runs as processes")
    if trouble:
        return Choice(processes, trouble)
    return Choice(Compose(profile), "a container engine answers")


def _beside_aws(wish: Wish, profile: Profile) -> Choice:
    """Airflow on this machine, while AWS runs the rest."""
    if wish is Wish.COMPOSE:
        raise LabError(
            "RUNTIME=compose with AIRFLOW=local: containers would need your AWS credentials, and get none.",
            next_command=f"make up PROFILE={profile.name} RUNTIME=processes CONFIRM={profile['AWS_ACCOUNT_ID']}",
        )
    return Choice(Processes(profile), "AIRFLOW=local: Airflow runs here, AWS and Snowflake run the rest")
