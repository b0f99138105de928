"""What was found: one thing that was looked at."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from scripts.errors import LabError


class Verdict(StrEnum):
    """Whether it is as it must be. What could not be looked at is no error: it may be as it must be."""

    FINE = "fine"
    WRONG = "wrong"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing, what was found, and where that is not as it must be, the command or console page that mends it."""

    what: str
    verdict: Verdict
    words: str
    mend: str = ""


def fine(what: str, words: str) -> Finding:
    """It is as it must be."""
    return Finding(what, Verdict.FINE, words)


def wrong(what: str, words: str, mend: str) -> Finding:
    """It keeps the lab from running; ``mend`` is what to type or where to click."""
    return Finding(what, Verdict.WRONG, words, mend)


def unknown(what: str, words: str, mend: str = "") -> Finding:
    """It could not be looked at."""
    return Finding(what, Verdict.UNKNOWN, words, mend)


def of_error(what: str, error: LabError, mend: str) -> Finding:
    """What an error says, with its own next command where it has one."""
    return wrong(what, error.message, error.next_command or mend)
