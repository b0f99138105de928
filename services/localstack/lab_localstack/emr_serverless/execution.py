"""Runs job runs, each in a thread of its own, and tries again those that fail, as their policy says."""

import shutil
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from localstack import config

from lab_localstack.emr_serverless.monitoring import log_targets
from lab_localstack.emr_serverless.retry import RetryPolicy
from lab_localstack.emr_serverless.runs import JobRun
from lab_localstack.jobruns.account import Account
from lab_localstack.jobruns.execution import Ending, Execution, Outcome, StopRequest
from lab_localstack.jobruns.submission import Submission

MINUTE = 60.0


@dataclass(frozen=True)
class Plan:
    """What all attempts of a run have in common."""

    submission: Submission
    account: Account
    policy: RetryPolicy
    monitoring: dict[str, Any]


class LiveRuns:
    """The runs that are under way. States change under `lock`, which the operations share."""

    def __init__(self, lock: threading.RLock) -> None:
        self._lock = lock
        self._stops: dict[str, StopRequest] = {}
        self._threads: dict[str, threading.Thread] = {}
        self._root = Path(config.dirs.tmp) / "jobruns" / "emr-serverless"
        shutil.rmtree(self._root, ignore_errors=True)  # left by a LocalStack that was killed

    def start(self, plan: Plan, run: JobRun) -> None:
        """Begin to execute a run that is SUBMITTED; returns at once."""
        self._stops[run.id] = StopRequest()
        thread = threading.Thread(target=self._work, args=(plan, run), name=f"emr-{run.id}", daemon=True)
        self._threads[run.id] = thread
        thread.start()

    def cancel(self, run: JobRun, grace: float) -> None:
        """Ask a live run to end within `grace` seconds."""
        with self._lock:
            run.enter("CANCELLING")
            self._stops[run.id].ask(grace)

    def stop_all(self, grace: float) -> None:
        """End every run and wait until their processes are gone."""
        for stop in list(self._stops.values()):
            stop.ask(grace)
        for thread in list(self._threads.values()):
            thread.join(grace + 2)

    def _work(self, plan: Plan, run: JobRun) -> None:
        while True:
            self._enter_unless_cancelled(run, "PENDING")
            outcome = self._execution(plan, run).run(on_start=lambda: self._enter_unless_cancelled(run, "RUNNING"))
            with self._lock:
                _end(run, outcome)
                if not self._goes_on(plan, run):
                    del self._stops[run.id], self._threads[run.id]
                    return
                run.begin_attempt()

    def _goes_on(self, plan: Plan, run: JobRun) -> bool:
        stopping = self._stops[run.id].asked.is_set()
        return run.state == "FAILED" and not stopping and plan.policy.allows_another(run.failures)

    def _enter_unless_cancelled(self, run: JobRun, state: Any) -> None:
        with self._lock:
            if run.state != "CANCELLING":
                run.enter(state)

    def _execution(self, plan: Plan, run: JobRun) -> Execution:
        place = f"applications/{run.application_id}/jobs/{run.id}"
        if plan.policy.repeats:
            place += f"/attempts/{run.current.number}"
        return Execution(
            plan.submission,
            plan.account,
            run.request["executionRoleArn"],
            self._root / f"{run.id}-{run.current.number}",
            _seconds_left(run),
            self._stops[run.id],
            lambda account, stdout, stderr: log_targets(plan.monitoring, account, place, stdout, stderr),
        )


def _seconds_left(run: JobRun) -> float | None:
    """Until the run's timeout, which all its attempts share; None when it has none."""
    if run.timeout_minutes == 0:
        return None
    spent = (datetime.now(UTC) - run.created).total_seconds()
    return max(0.0, run.timeout_minutes * MINUTE - spent)


def _end(run: JobRun, outcome: Outcome) -> None:
    match outcome.ending:
        case Ending.SUCCEEDED:
            run.enter("SUCCESS")
        case Ending.STOPPED:
            run.enter("CANCELLED")
        case Ending.TIMED_OUT:
            run.enter("CANCELLED", f"The job run reached its timeout of {run.timeout_minutes} minutes.")
        case Ending.FAILED if outcome.exit_code is None:
            run.enter("FAILED", f"Job failed. {outcome.message}")
        case Ending.FAILED:
            run.enter(
                "FAILED",
                "Job failed, please check complete logs in configured logging destination. "
                f"ExitCode: {outcome.exit_code}. Last few exceptions: {outcome.message}",
            )
