"""A job run and its attempts, as the API shows them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

State = Literal["SUBMITTED", "PENDING", "SCHEDULED", "RUNNING", "SUCCESS", "FAILED", "CANCELLING", "CANCELLED"]
Mode = Literal["BATCH", "STREAMING"]

_LIVE: frozenset[State] = frozenset({"SUBMITTED", "PENDING", "SCHEDULED", "RUNNING", "CANCELLING"})
_DETAILS_LENGTH = 256  # the API's String256
_REQUESTED = ("jobDriver", "configurationOverrides", "executionIamPolicy", "retryPolicy")


@dataclass
class Attempt:
    """One execution of a job run's driver."""

    number: int
    created: datetime
    updated: datetime
    state: State = "SUBMITTED"
    details: str = ""
    started: datetime | None = None
    ended: datetime | None = None


@dataclass
class JobRun:
    """A job run; `request` is the API's StartJobRunRequest it came from."""

    id: str
    application_id: str
    arn: str
    created_by: str
    created: datetime
    release_label: str
    mode: Mode
    timeout_minutes: int
    request: dict[str, Any]
    tags: dict[str, str]
    network: dict[str, Any] | None = None
    attempts: list[Attempt] = field(default_factory=list)

    @property
    def current(self) -> Attempt:
        return self.attempts[-1]

    @property
    def state(self) -> State:
        return self.current.state

    @property
    def live(self) -> bool:
        return self.state in _LIVE

    @property
    def failures(self) -> list[datetime]:
        """When attempts of it failed."""
        return [attempt.ended for attempt in self.attempts if attempt.state == "FAILED" and attempt.ended]

    def begin_attempt(self) -> None:
        """Another attempt, SUBMITTED."""
        now = datetime.now(UTC)
        self.attempts.append(Attempt(len(self.attempts) + 1, created=now, updated=now))

    def enter(self, state: State, details: str = "") -> None:
        """Move the current attempt to a state; one that is not live ends it."""
        attempt = self.current
        attempt.state, attempt.details = state, details[:_DETAILS_LENGTH]
        attempt.updated = datetime.now(UTC)
        if state == "RUNNING":
            attempt.started = attempt.updated
        if state not in _LIVE:
            attempt.ended = attempt.updated

    def describe(self, number: int) -> dict[str, Any]:
        """The API's JobRun, seen from one of its attempts."""
        attempt = self.attempts[number - 1]
        requested = {name: self.request.get(name) for name in _REQUESTED}
        described = {
            **self._identity(attempt),
            **requested,
            "jobRunId": self.id,
            "createdAt": self.created,
            "updatedAt": attempt.updated,
            "tags": self.tags,
            "networkConfiguration": self.network,
            "executionTimeoutMinutes": self.timeout_minutes,
            "attemptCreatedAt": attempt.created,
            "attemptUpdatedAt": attempt.updated,
            "startedAt": attempt.started,
            "endedAt": attempt.ended,
            "totalExecutionDurationSeconds": self._seconds_run(),
        }
        return {name: value for name, value in described.items() if value is not None}

    def summary(self) -> dict[str, Any]:
        """The API's JobRunSummary."""
        attempt = self.current
        return {
            **self._identity(attempt),
            "id": self.id,
            "type": "SPARK",
            "createdAt": self.created,
            "updatedAt": attempt.updated,
            "attemptCreatedAt": attempt.created,
            "attemptUpdatedAt": attempt.updated,
        }

    def attempt_summary(self, attempt: Attempt) -> dict[str, Any]:
        """The API's JobRunAttemptSummary."""
        return {
            **self._identity(attempt),
            "id": self.id,
            "type": "SPARK",
            "jobCreatedAt": self.created,
            "createdAt": attempt.created,
            "updatedAt": attempt.updated,
        }

    def _identity(self, attempt: Attempt) -> dict[str, Any]:
        described = {
            "applicationId": self.application_id,
            "arn": self.arn,
            "name": self.request.get("name"),
            "mode": self.mode,
            "createdBy": self.created_by,
            "executionRole": self.request["executionRoleArn"],
            "releaseLabel": self.release_label,
            "state": attempt.state,
            "stateDetails": attempt.details,
            "attempt": attempt.number,
        }
        return {name: value for name, value in described.items() if value is not None}

    def _seconds_run(self) -> int | None:
        if self.live:
            return None
        spans = [a.ended - a.started for a in self.attempts if a.started and a.ended]
        return int(sum(span.total_seconds() for span in spans))
