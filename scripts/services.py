"""Bringing the lab up."""

from __future__ import annotations

from scripts import health, preflight
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


def ailments(runtime: Runtime) -> list[str]:
    """What keeps a run from ending, as far as the services show it: sentences, none when all is well."""
    words = [
        f"{program.name} is {program.state}. Its log: make logs SERVICE={program.name}. Start it again: make up"
        for program in runtime.programs()
        if not program.runs
    ]
    try:
        preflight.disk()
    except LabError as error:
        words.append(error.message)
    return words
