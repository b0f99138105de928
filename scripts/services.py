"""Bringing the lab up."""

from __future__ import annotations

from scripts import health
from scripts.display import Display
from scripts.errors import LabError
from scripts.profile import Profile, activate
from scripts.runtime import Runtime


def up(profile: Profile, runtime: Runtime, display: Display) -> None:
    """Install what is missing, start what is down, and return when every service is healthy.

    Interrupted or failed on the way, it stops again whatever this call has started.

    Raises:
        LabError: something is missing, a port is taken, a service does not become healthy.
    """
    was_running = bool(runtime.programs())
    try:
        runtime.start(display)
        activate(profile)
        health.wait(
            profile,
            runtime,
            lambda service, seconds: display.note(
                f"{service.name:<11} healthy after {seconds:4.1f} s   {service.address(profile)}"
            ),
        )
    except (KeyboardInterrupt, LabError):
        if not was_running and runtime.programs():
            display.note("Stopping what was started")
            runtime.stop()
        raise
