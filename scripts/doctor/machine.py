"""This machine: Java, disk and ports, as far as the profile runs anything here."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from scripts import placement, preflight
from scripts.doctor.finding import Finding, fine, of_error
from scripts.errors import LabError
from scripts.profile import Profile


def findings(profile: Profile) -> Iterator[Finding]:
    """What the programs that run here need."""
    again = f"make doctor PROFILE={profile.name}"
    if not profile.is_aws:
        yield _found("Java", preflight.java, "17 or newer", again)
    yield _found("Disk", preflight.disk, "there is room", again)
    if placement.programs(profile):
        yield _found("Ports", lambda: preflight.ports(profile), "free, or held by this lab", again)


def _found(what: str, check: Callable[[], None], words: str, again: str) -> Finding:
    try:
        check()
    except LabError as error:
        return of_error(what, error, again)
    return fine(what, words)
