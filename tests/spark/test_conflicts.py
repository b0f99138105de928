"""Conflicts with another writer: begun anew; anything else is raised as it is."""

from __future__ import annotations

import pytest

from jobs import conflicts
from jobs.conflicts import ATTEMPTS, ChangedError, retried


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conflicts, "FIRST_WAIT_SECONDS", 0.0)


class Step:
    """Fails as it is told, then gives its number of calls."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.calls = 0

    def __call__(self) -> int:
        self.calls += 1
        if self.errors:
            raise self.errors.pop(0)
        return self.calls


@pytest.mark.parametrize(
    "error",
    [
        ChangedError("changed"),
        RuntimeError("org.apache.iceberg.exceptions.ValidationException: Found conflicting files"),
        RuntimeError("org.apache.iceberg.exceptions.CommitFailedException: metadata location has changed"),
    ],
    ids=["changed", "validation", "commit failed"],
)
def test_a_conflict_is_begun_anew(error: Exception) -> None:
    assert retried(Step(error, error)) == 3


def test_a_conflict_that_does_not_end_is_raised() -> None:
    step = Step(*[ChangedError("changed")] * ATTEMPTS)

    with pytest.raises(ChangedError):
        retried(step)
    assert step.calls == ATTEMPTS


def test_another_error_is_raised_at_once() -> None:
    step = Step(ValueError("bad"))

    with pytest.raises(ValueError, match="bad"):
        retried(step)
    assert step.calls == 1
