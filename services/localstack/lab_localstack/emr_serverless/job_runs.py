"""Job runs: started, listed, cancelled, looked at."""

import os
from datetime import UTC, datetime
from typing import Any

from localstack.aws.api import RequestContext

from lab_localstack.emr_serverless.driver import InvalidDriverError, UnsupportedDriverError, submission
from lab_localstack.emr_serverless.execution import LiveRuns, Plan
from lab_localstack.emr_serverless.operations import (
    Answer,
    EmrServerlessOperations,
    Request,
    invalid,
    new_id,
    not_found,
    not_implemented,
    paged,
)
from lab_localstack.emr_serverless.retry import InvalidRetryPolicyError, RetryPolicy
from lab_localstack.emr_serverless.runs import JobRun, Mode
from lab_localstack.emr_serverless.store import STORES, Application
from lab_localstack.jobruns.account import Account
from lab_localstack.jobruns.execution import GRACE_SECONDS, INTERRUPTED

_TIMEOUT_MINUTES: dict[Mode, int] = {"BATCH": 720, "STREAMING": 0}
_SHUTDOWN_GRACE_SECONDS = 3.0


class JobRunOperations(EmrServerlessOperations):
    """StartJobRun, GetJobRun, ListJobRuns, ListJobRunAttempts, CancelJobRun, GetDashboardForJobRun."""

    def __init__(self) -> None:
        super().__init__()
        self.live = LiveRuns(self.lock)

    def on_before_start(self) -> None:
        """End the attempts of restored runs that were under way, and go on with the streams that may be tried again."""
        with self.lock:
            for account_id, region, store in STORES.iter_stores():
                for application in store.applications.values():
                    for run in application.live_runs:
                        self._take_up(application, run, Account(account_id, region))

    def _take_up(self, application: Application, run: JobRun, account: Account) -> None:
        if run.state == "CANCELLING":
            run.enter("CANCELLED")
            return
        run.enter("FAILED", INTERRUPTED)
        plan = _plan(application, run.mode, run.request, account)
        if run.mode == "STREAMING" and plan.policy.allows_another(run.failures):
            run.begin_attempt()
            self.live.start(plan, run)

    def on_before_stop(self) -> None:
        """Leave no driver behind."""
        self.live.stop_all(_SHUTDOWN_GRACE_SECONDS)

    def start_job_run(self, context: RequestContext, request: Request) -> Answer:
        return self.once(context, request, "StartJobRun", lambda: self._start(context, request))

    def _start(self, context: RequestContext, request: Request) -> Answer:
        application = self.application(context, request)
        mode: Mode = request.get("mode") or "BATCH"
        plan = _plan(application, mode, request, Account.of(context))
        _ready(application)
        run = _new_run(context, application, mode, request)
        application.runs[run.id] = run
        self.live.start(plan, run)
        return {"applicationId": application.id, "jobRunId": run.id, "arn": run.arn}

    def get_job_run(self, context: RequestContext, request: Request) -> Answer:
        with self.lock:
            run = _find(self.application(context, request), request["jobRunId"])
            return {"jobRun": run.describe(_attempt_number(run, request))}

    def list_job_runs(self, context: RequestContext, request: Request) -> Answer:
        """The application's runs, newest first."""
        with self.lock:
            runs = reversed(self.application(context, request).runs.values())
            shown, token = paged([run for run in runs if _matches(run, request)], lambda run: run.id, request)
            return {"jobRuns": [run.summary() for run in shown], **token}

    def list_job_run_attempts(self, context: RequestContext, request: Request) -> Answer:
        """The run's attempts, newest first."""
        with self.lock:
            run = _find(self.application(context, request), request["jobRunId"])
            shown, token = paged(run.attempts[::-1], lambda attempt: str(attempt.number), request)
            return {"jobRunAttempts": [run.attempt_summary(attempt) for attempt in shown], **token}

    def cancel_job_run(self, context: RequestContext, request: Request) -> Answer:
        with self.lock:
            application = self.application(context, request)
            run = _find(application, request["jobRunId"])
            if not run.live:
                raise invalid(f"Job run {run.id} is {run.state}: it cannot be cancelled.")
            self.live.cancel(run, float(request.get("shutdownGracePeriodInSeconds") or GRACE_SECONDS))
            return {"applicationId": application.id, "jobRunId": run.id}

    def get_dashboard_for_job_run(self, context: RequestContext, request: Request) -> Answer:
        """The Spark master's page: it lists the run's Spark application, and leads to its own pages while it lives."""
        run = _find(self.application(context, request), request["jobRunId"])
        _attempt_number(run, request)
        url = os.environ.get("SPARK_MASTER_UI_URL")
        if not url:
            raise invalid("No dashboard: SPARK_MASTER_UI_URL is not set where LocalStack was started.")
        return {"url": url}


def _plan(application: Application, mode: Mode, request: Request, account: Account) -> Plan:
    overrides = request.get("configurationOverrides") or {}
    try:
        return Plan(
            submission(
                request["jobDriver"],
                application.settings.get("runtimeConfiguration") or [],
                overrides.get("applicationConfiguration") or [],
            ),
            account,
            RetryPolicy.of(mode, request.get("retryPolicy")),
            {
                **(application.settings.get("monitoringConfiguration") or {}),
                **(overrides.get("monitoringConfiguration") or {}),
            },
        )
    except (InvalidDriverError, InvalidRetryPolicyError) as error:
        raise invalid(str(error)) from error
    except UnsupportedDriverError as error:
        raise not_implemented(str(error)) from error


def _ready(application: Application) -> None:
    """Start the application if it starts by itself; refuse the run if it cannot take it."""
    if application.state == "STARTED":
        return
    if application.state == "TERMINATED" or not application.starts_by_itself:
        raise invalid(f"Application {application.id} is {application.state}: it takes no job runs until it is started.")
    application.enter("STARTED")


def _new_run(context: RequestContext, application: Application, mode: Mode, request: Request) -> JobRun:
    identifier = new_id()
    timeout = request.get("executionTimeoutMinutes")
    run = JobRun(
        id=identifier,
        application_id=application.id,
        arn=f"{application.arn}/jobruns/{identifier}",
        created_by=f"arn:aws:iam::{context.account_id}:root",
        created=datetime.now(UTC),
        release_label=application.release_label,
        mode=mode,
        timeout_minutes=_TIMEOUT_MINUTES[mode] if timeout is None else int(timeout),
        request=request,
        tags=dict(request.get("tags") or {}),
        network=application.settings.get("networkConfiguration"),
    )
    run.begin_attempt()
    return run


def _find(application: Application, run_id: str) -> JobRun:
    run = application.runs.get(run_id)
    if run is None:
        raise not_found(f"Job run {run_id} of application {application.id} does not exist")
    return run


def _attempt_number(run: JobRun, request: Request) -> int:
    number = int(request.get("attempt") or run.current.number)
    if not 1 <= number <= run.current.number:
        raise not_found(f"Job run {run.id} has no attempt {number}: it has {run.current.number}.")
    return number


def _matches(run: JobRun, request: Request) -> bool:
    states, mode = request.get("states"), request.get("mode")
    after, before = _aware(request.get("createdAtAfter")), _aware(request.get("createdAtBefore"))
    return (
        (not states or run.state in states)
        and (not mode or run.mode == mode)
        and (after is None or run.created >= after)
        and (before is None or run.created <= before)
    )


def _aware(moment: Any) -> datetime | None:
    """The API's times are UTC where they do not say otherwise."""
    if moment is None:
        return None
    time: datetime = moment
    return time if time.tzinfo else time.replace(tzinfo=UTC)
