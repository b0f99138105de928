"""Errors a user sees: one sentence of what happened, and the next command.

LabError
 └─ Unavailable      may pass: a service or the network did not answer
"""

from __future__ import annotations


class LabError(Exception):
    """Something the user can act on; printed without a traceback.

    Args:
        message: what happened, with which value, and what would be valid.
        next_command: what to type next, where there is such a thing.
    """

    def __init__(self, message: str, *, next_command: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.next_command = next_command


class Unavailable(LabError):
    """A service did not answer; the same command may work later."""
