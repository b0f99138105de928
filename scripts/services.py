"""Bringing the lab up and down."""

from __future__ import annotations

import shutil

from scripts import environments, health, paths, preflight, supervisor
from scripts.display import Display
from scripts.errors import LabError
from scripts.profile import Profile, activate, environment


def up(profile: Profile, display: Display) -> None:
    """Install what is missing, start what is down, and return when every service is healthy.

    Interrupted or failed on the way, it stops again whatever this call has started.

    Raises:
        LabError: something is missing, a port is taken, a service does not become healthy.
    """
    preflight.check(profile)
    display.heading("Environments")
    environments.install(display.note)
    display.heading("Services")
    activate(profile)
    started = False
    try:
        started = supervisor.start(environment(profile))
        health.wait(
            profile,
            lambda service, seconds: display.note(
                f"{service.name:<11} healthy after {seconds:4.1f} s   {service.address(profile)}"
            ),
        )
    except (KeyboardInterrupt, LabError):
        if started:
            display.note("Stopping what was started")
            supervisor.stop()
        raise


def down() -> bool:
    """Stop every process of the lab; state stays. Returns whether anything was running."""
    return supervisor.stop()


def clean() -> None:
    """Stop everything and delete state, logs and reports; the environments stay."""
    supervisor.stop()
    if paths.var().exists():
        shutil.rmtree(paths.var())
