"""Signatures, without which nobody reads or writes a staged file over HTTP.

The client that gets one in the answer to its PUT or GET shows it with each file. They hold until the server stops.
"""

from __future__ import annotations

import hmac
import secrets
from enum import Enum


class Action(Enum):
    """What a permit is for."""

    READ = "read"
    ADD = "add"
    """Write files that are not there yet."""
    WRITE = "write"
    """Write files, in the place of others too."""


class Permits:
    """Makes and knows the signatures."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def sign(self, action: Action, stage: str) -> str:
        """The permit to do ``action`` with any file of the stage with this key."""
        return hmac.new(self._key, f"{action.value} {stage}".encode(), "sha256").hexdigest()

    def granted(self, permit: str, stage: str) -> Action | None:
        """What ``permit`` allows in the stage; None for nothing."""
        return next((action for action in Action if hmac.compare_digest(self.sign(action, stage), permit)), None)
