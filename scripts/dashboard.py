"""The dashboard by itself, where no lab runs it: on this machine, over the Snowflake account of a profile."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import NoReturn

from scripts import environments, key_pair, paths, preflight
from scripts.errors import LabError
from scripts.profile import Profile

START = paths.ROOT / "services" / "dashboard" / "start"


def prepare(profile: Profile, on_progress: Callable[[str], None]) -> None:
    """Install what the dashboard needs.

    Raises:
        LabError: the lab serves it already, its port is taken, the key's file holds no key, or a package cannot be
            installed.
    """
    if not profile.is_aws:
        raise LabError(
            f"The local lab serves its dashboard itself, at {profile['DASHBOARD_URL']}.", next_command="make up"
        )
    preflight.require_free(profile, {int(profile["DASHBOARD_PORT"]): "DASHBOARD_PORT"})
    key_pair.configured(os.environ)
    environments.install(on_progress, ("dashboard",))


def become() -> NoReturn:
    """Be the dashboard from now on, until Ctrl-C."""
    key = key_pair.file(os.environ)
    wanted = os.environ | ({key_pair.FILE: str(key)} if key else {})
    os.execve(START, [str(START)], wanted)  # noqa: S606 - a script of the lab, without arguments
