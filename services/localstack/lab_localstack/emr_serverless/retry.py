"""When a job run that failed is tried again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from lab_localstack.emr_serverless.runs import Mode

_WORDS: dict[Mode, str] = {"BATCH": "maxAttempts", "STREAMING": "maxFailedAttemptsPerHour"}
_DEFAULTS: dict[Mode, int] = {"BATCH": 1, "STREAMING": 5}
_MOST = 10
_HOUR = timedelta(hours=1)


class InvalidRetryPolicyError(ValueError):
    """A retry policy that the run's mode does not have."""


@dataclass(frozen=True)
class RetryPolicy:
    """A batch has a number of attempts in all; a stream is restarted until it fails too often within an hour."""

    mode: Mode
    limit: int

    @classmethod
    def of(cls, mode: Mode, requested: dict[str, Any] | None) -> "RetryPolicy":
        """The policy of a request's `retryPolicy`. Raises InvalidRetryPolicyError with a sentence."""
        requested = requested or {}
        word = _WORDS[mode]
        if foreign := requested.keys() - {word}:
            raise InvalidRetryPolicyError(f"A job run in mode {mode} has {word}, not {', '.join(sorted(foreign))}.")
        limit = requested.get(word, _DEFAULTS[mode])
        if not 1 <= limit <= _MOST:
            raise InvalidRetryPolicyError(f"{word} {limit} is not valid: give a number from 1 to {_MOST}.")
        return cls(mode, limit)

    @property
    def repeats(self) -> bool:
        return self.limit > 1

    def allows_another(self, failures: Sequence[datetime]) -> bool:
        """Whether a run whose attempts failed at these times (the last one just now) is tried again."""
        if self.mode == "BATCH":
            return len(failures) < self.limit
        return sum(failures[-1] - failure < _HOUR for failure in failures) < self.limit
