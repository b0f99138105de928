"""What EMR Serverless remembers for each account and region."""

from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from localstack.services.stores import AccountRegionBundle, BaseStore

from lab_localstack.emr_serverless.runs import JobRun

State = Literal["CREATED", "STARTED", "STOPPED", "TERMINATED"]

_IDLE_MINUTES = 15


@dataclass
class Application:
    """A Spark application; `settings` are the API's other members of CreateApplicationRequest."""

    id: str
    arn: str
    name: str | None
    release_label: str
    settings: dict[str, Any]
    tags: dict[str, str]
    created: datetime
    updated: datetime
    kept_state: State = "CREATED"
    last_used: datetime = field(default_factory=lambda: datetime.now(UTC))
    runs: dict[str, JobRun] = field(default_factory=dict)

    @property
    def state(self) -> State:
        """The state now: a started application without work stops by itself after its idle time."""
        if self.kept_state == "STARTED" and self._idle_too_long():
            self.enter("STOPPED")
        return self.kept_state

    @property
    def live_runs(self) -> list[JobRun]:
        return [run for run in self.runs.values() if run.live]

    @property
    def starts_by_itself(self) -> bool:
        return bool((self.settings.get("autoStartConfiguration") or {}).get("enabled", True))

    def enter(self, state: State) -> None:
        self.kept_state = state
        self.updated = self.last_used = datetime.now(UTC)

    def describe(self) -> dict[str, Any]:
        """The API's Application."""
        described = {
            "architecture": "X86_64",
            "autoStartConfiguration": {"enabled": True},
            "autoStopConfiguration": {"enabled": True, "idleTimeoutMinutes": _IDLE_MINUTES},
            **self.settings,
            **self.summary(),
            "applicationId": self.id,
            "tags": self.tags,
        }
        del described["id"]
        return described

    def summary(self) -> dict[str, Any]:
        """The API's ApplicationSummary."""
        summary = {
            "id": self.id,
            "name": self.name,
            "arn": self.arn,
            "releaseLabel": self.release_label,
            "type": "Spark",
            "state": self.state,
            "createdAt": self.created,
            "updatedAt": self.updated,
            "architecture": self.settings.get("architecture", "X86_64"),
        }
        return {name: value for name, value in summary.items() if value is not None}

    def _idle_too_long(self) -> bool:
        auto_stop = self.settings.get("autoStopConfiguration") or {}
        if not auto_stop.get("enabled", True) or self.live_runs:
            return False
        last_used = max([self.last_used, *(run.current.updated for run in self.runs.values())])
        idle = timedelta(minutes=auto_stop.get("idleTimeoutMinutes", _IDLE_MINUTES))
        return datetime.now(UTC) - last_used >= idle


@dataclass(frozen=True)
class TokenUse:
    """What a client token was first used for: the same request again gets the same answer."""

    request: dict[str, Any]
    answer: dict[str, Any]


class EmrServerlessStore(BaseStore):
    """One account's applications with their runs, and the client tokens it used, in one region."""

    def __init__(self) -> None:
        self.applications: dict[str, Application] = {}
        self.tokens: dict[tuple[str, str], TokenUse] = {}


STORES: AccountRegionBundle[EmrServerlessStore] = AccountRegionBundle("emr-serverless", EmrServerlessStore)


def run_states() -> Hashable:
    """The state of every run: runs move on without a request."""
    applications = [each for _, _, store in STORES.iter_stores() for each in list(store.applications.values())]
    runs = [run for application in applications for run in list(application.runs.values())]
    return frozenset((run.id, run.current.number, run.state) for run in runs)
