"""What of the lab runs on this machine, as its profile places it: everything, Airflow alone, or nothing."""

from __future__ import annotations

from scripts import environments, supervisor
from scripts.profile import Profile

MWAA_CALL = "localstack"
"""Answers MWAA's REST call for the Airflow beside it."""


def programs(profile: Profile) -> tuple[str, ...]:
    """The programs of services/supervisord.conf that the profile asks for."""
    names = supervisor.program_names()
    if not profile.is_aws:
        return names
    if profile.airflow == "local":
        return tuple(name for name in names if name == MWAA_CALL or name.startswith("airflow-"))
    return ()


def environment_names(profile: Profile) -> tuple[str, ...]:
    """The environments that these programs run in."""
    if not profile.is_aws:
        return environments.SERVICES
    wanted = {name.partition("-")[0] for name in programs(profile)}
    return tuple(name for name in environments.SERVICES if name in wanted)
