"""Commits that lose against another writer of the same table: which errors say so, and trying again."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

ATTEMPTS = 5
FIRST_WAIT_SECONDS = 1.0

# Iceberg retries an append that loses, but not an overwrite or a MERGE: what it read may have changed.
_LOST = (
    "org.apache.iceberg.exceptions.ValidationException",
    "org.apache.iceberg.exceptions.CommitFailedException",
    "org.apache.iceberg.exceptions.CommitStateUnknownException",
)


class ChangedError(Exception):
    """A table changed between the reading and the writing of it; reading again mends it."""


def is_conflict(error: Exception) -> bool:
    """Whether the error says that another writer was first, or that nobody knows who was."""
    return isinstance(error, ChangedError) or any(name in str(error) for name in _LOST)


def retried(step: Callable[[], T]) -> T:
    """The result of ``step``, begun anew after each conflict, at most ``ATTEMPTS`` times; it must be idempotent."""
    for attempt in range(1, ATTEMPTS):
        try:
            return step()
        except Exception as error:
            if not is_conflict(error):
                raise
            wait = FIRST_WAIT_SECONDS * 2**attempt * random.uniform(0.5, 1.0)  # noqa: S311  (no secret)
            print(f"attempt {attempt} of {ATTEMPTS} lost against another writer, again in {wait:.1f} s", flush=True)
            time.sleep(wait)
    return step()
