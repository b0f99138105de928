"""Runs Glue's job runs, each in a thread of its own, and retries those that fail."""

import shutil
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from localstack import config

from lab_localstack.glue.arguments import submission
from lab_localstack.glue.runs import LOG_GROUP, JobRun, State
from lab_localstack.glue.store import Job
from lab_localstack.jobruns.account import Account
from lab_localstack.jobruns.execution import Ending, Execution, Outcome, StopRequest
from lab_localstack.jobruns.logs import LogStream, LogTarget

MINUTE = 60.0

_STATES: dict[Ending, State] = {
    Ending.SUCCEEDED: "SUCCEEDED",
    Ending.FAILED: "FAILED",
    Ending.TIMED_OUT: "TIMEOUT",
    Ending.STOPPED: "STOPPED",
}


@dataclass(frozen=True)
class Plan:
    """What a run and its retries have in common."""

    job: Job
    account: Account
    script: str
    arguments: dict[str, str]
    timeout_minutes: int
    max_retries: int


class LiveRuns:
    """The runs that are under way. States change under `lock`, which the operations share."""

    def __init__(self, lock: threading.RLock) -> None:
        self._lock = lock
        self._stops: dict[str, StopRequest] = {}
        self._threads: dict[str, threading.Thread] = {}
        self._root = Path(config.dirs.tmp) / "jobruns" / "glue"
        shutil.rmtree(self._root, ignore_errors=True)  # left by a LocalStack that was killed

    def start(self, plan: Plan, run: JobRun) -> None:
        """Begin to execute a run that is STARTING; returns at once."""
        self._stops[run.id] = StopRequest()
        thread = threading.Thread(target=self._work, args=(plan, run), name=f"glue-{run.id[:11]}", daemon=True)
        self._threads[run.id] = thread
        thread.start()

    def stop(self, run: JobRun) -> None:
        """Ask a live run to stop."""
        with self._lock:
            run.enter("STOPPING")
            self._stops[run.id].ask()

    def stop_all(self, grace: float) -> None:
        """End every run and wait until their processes are gone."""
        for stop in list(self._stops.values()):
            stop.ask(grace)
        for thread in list(self._threads.values()):
            thread.join(grace + 2)

    def _work(self, plan: Plan, run: JobRun) -> None:
        outcome = self._execution(plan, run).run(on_start=lambda: self._running(run))
        with self._lock:
            run.enter(_STATES[outcome.ending], _error_message(outcome, plan))
            del self._stops[run.id], self._threads[run.id]
            # Under the same lock as the end of the failed run: nobody takes its place among the concurrent ones.
            if outcome.ending is Ending.FAILED and run.attempt < plan.max_retries:
                self.start(plan, _retry(plan.job, run))

    def _running(self, run: JobRun) -> None:
        with self._lock:
            if run.state == "STARTING":
                run.enter("RUNNING")

    def _execution(self, plan: Plan, run: JobRun) -> Execution:
        return Execution(
            submission(plan.script, run.job_name, run.id, plan.arguments),
            plan.account,
            plan.job.definition["Role"],
            self._root / run.id,
            plan.timeout_minutes * MINUTE,
            self._stops[run.id],
            _log_targets(run.id),
        )


def _retry(job: Job, failed: JobRun) -> JobRun:
    """The next attempt of a failed run: on AWS a run of its own, named after the first."""
    first, attempt = failed.id.partition("_attempt_")[0], failed.attempt + 1
    run = JobRun(
        id=f"{first}_attempt_{attempt}",
        job_name=failed.job_name,
        arguments=failed.arguments,
        settings=failed.settings,
        started=datetime.now(UTC),
        attempt=attempt,
        previous_run_id=failed.id,
    )
    job.runs[run.id] = run
    return run


def _error_message(outcome: Outcome, plan: Plan) -> str | None:
    if outcome.ending is Ending.TIMED_OUT:
        return f"Job run reached its timeout of {plan.timeout_minutes} minutes."
    return outcome.message or None


def _log_targets(run_id: str) -> Callable[[Account, Path, Path], Sequence[LogTarget]]:
    def targets(account: Account, stdout: Path, stderr: Path) -> Sequence[LogTarget]:
        return [
            LogStream(account, stdout, f"{LOG_GROUP}/output", run_id),
            LogStream(account, stderr, f"{LOG_GROUP}/error", run_id),
        ]

    return targets
