"""A run of a Glue job as the API shows it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

State = Literal["STARTING", "RUNNING", "STOPPING", "STOPPED", "SUCCEEDED", "FAILED", "TIMEOUT"]

LOG_GROUP = "/aws-glue/jobs"
_LIVE: frozenset[State] = frozenset({"STARTING", "RUNNING", "STOPPING"})


@dataclass
class JobRun:
    """One run; `settings` holds what the request and the job decided when it started (API names)."""

    id: str
    job_name: str
    arguments: dict[str, str]
    settings: dict[str, Any]
    started: datetime
    attempt: int = 0
    previous_run_id: str | None = None
    state: State = "STARTING"
    modified: datetime | None = None
    completed: datetime | None = None
    error_message: str | None = None

    @property
    def live(self) -> bool:
        return self.state in _LIVE

    def enter(self, state: State, error_message: str | None = None) -> None:
        """Move to a state; one that is not live ends the run."""
        self.state = state
        self.modified = datetime.now(UTC)
        self.error_message = error_message
        if not self.live:
            self.completed = self.modified

    def describe(self) -> dict[str, Any]:
        """The API's JobRun."""
        described = {
            "Id": self.id,
            "Attempt": self.attempt,
            "PreviousRunId": self.previous_run_id,
            "JobName": self.job_name,
            "JobRunState": self.state,
            "Arguments": self.arguments or None,
            "StartedOn": self.started,
            "LastModifiedOn": self.modified or self.started,
            "CompletedOn": self.completed,
            "ErrorMessage": self.error_message,
            "ExecutionTime": int(((self.completed or self.started) - self.started).total_seconds()),
            "LogGroupName": LOG_GROUP,
            **self.settings,
        }
        return {name: value for name, value in described.items() if value is not None}
