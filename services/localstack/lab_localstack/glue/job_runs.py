"""Runs of jobs: started, watched, stopped."""

import secrets
from datetime import UTC, datetime

from localstack.aws.api import RequestContext

from lab_localstack.glue.arguments import UnsupportedArgumentError, effective_arguments
from lab_localstack.glue.execution import LiveRuns, Plan
from lab_localstack.glue.operations import Answer, GlueOperations, Request, not_found, not_implemented, paged
from lab_localstack.glue.runs import JobRun
from lab_localstack.glue.store import STORES, Job
from lab_localstack.jobruns.account import Account
from lab_localstack.jobruns.execution import INTERRUPTED
from lab_localstack.service import AwsError

_SETTINGS = (
    "Timeout",
    "MaxCapacity",
    "WorkerType",
    "NumberOfWorkers",
    "SecurityConfiguration",
    "NotificationProperty",
    "GlueVersion",
    "ExecutionClass",
    "JobMode",
)
_SHUTDOWN_GRACE_SECONDS = 3.0


class JobRunOperations(GlueOperations):
    """StartJobRun, GetJobRun(s), BatchStopJobRun."""

    def __init__(self) -> None:
        super().__init__()
        self.live = LiveRuns(self.lock)

    def on_before_start(self) -> None:
        """Say of restored runs that were under way that they have ended: their drivers ended with the emulator."""
        for _, _, store in STORES.iter_stores():
            for run in (run for job in store.jobs.values() for run in job.runs.values() if run.live):
                run.enter("FAILED", INTERRUPTED)

    def on_before_stop(self) -> None:
        """Leave no driver behind."""
        self.live.stop_all(_SHUTDOWN_GRACE_SECONDS)

    def start_job_run(self, context: RequestContext, request: Request) -> Answer:
        if request.get("JobRunQueuingEnabled"):
            raise not_implemented("Queuing of job runs is not implemented by the local Glue: raise MaxConcurrentRuns.")
        with self.lock:
            job = self.job(context, request["JobName"])
            run = _new_run(job, request)
            plan = _plan(job, run, Account.of(context))
            _refuse_one_too_many(job)
            job.runs[run.id] = run
            self.live.start(plan, run)
        return {"JobRunId": run.id}

    def get_job_run(self, context: RequestContext, request: Request) -> Answer:
        return {"JobRun": _find(self.job(context, request["JobName"]), request["RunId"]).describe()}

    def get_job_runs(self, context: RequestContext, request: Request) -> Answer:
        """The job's runs, newest first."""
        runs = list(reversed(self.job(context, request["JobName"]).runs.values()))
        shown, token = paged(runs, lambda run: run.id, request)
        return {"JobRuns": [run.describe() for run in shown], **token}

    def batch_stop_job_run(self, context: RequestContext, request: Request) -> Answer:
        stopped, errors = [], []
        with self.lock:
            job = self.job(context, request["JobName"])
            for run_id in request["JobRunIds"]:
                run = job.runs.get(run_id)
                entry = {"JobName": job.name, "JobRunId": run_id}
                if run is None:
                    errors.append(entry | _error("EntityNotFoundException", f"JobRun {run_id} not found."))
                elif not run.live:
                    sentence = f"JobRun {run_id} is {run.state}: it cannot be stopped."
                    errors.append(entry | _error("JobRunInvalidStateTransitionException", sentence))
                else:
                    self.live.stop(run)
                    stopped.append(entry)
        return {"SuccessfulSubmissions": stopped, "Errors": errors}


def _new_run(job: Job, request: Request) -> JobRun:
    """A run as the request wants it; one with a JobRunId repeats that run with its arguments."""
    previous = _find(job, request["JobRunId"]) if request.get("JobRunId") else None
    settings = {name: request.get(name, job.definition.get(name)) for name in _SETTINGS}
    return JobRun(
        id=f"jr_{secrets.token_hex(32)}",
        job_name=job.name,
        arguments=request.get("Arguments") or (previous.arguments if previous else {}),
        settings=settings,
        started=datetime.now(UTC),
        previous_run_id=previous.id if previous else None,
    )


def _plan(job: Job, run: JobRun, account: Account) -> Plan:
    try:
        arguments = effective_arguments(job.definition, run.arguments)
    except UnsupportedArgumentError as error:
        raise not_implemented(str(error)) from error
    return Plan(
        job=job,
        account=account,
        script=job.definition["Command"]["ScriptLocation"],
        arguments=arguments,
        timeout_minutes=run.settings["Timeout"],
        max_retries=job.definition["MaxRetries"],
    )


def _refuse_one_too_many(job: Job) -> None:
    allowed = job.definition["ExecutionProperty"].get("MaxConcurrentRuns", 1)
    if sum(run.live for run in job.runs.values()) >= allowed:
        raise AwsError(
            "ConcurrentRunsExceededException",
            f"Concurrent runs exceeded for {job.name}: at most {allowed} at a time (MaxConcurrentRuns).",
        )


def _find(job: Job, run_id: str) -> JobRun:
    run = job.runs.get(run_id)
    if run is None:
        raise not_found(f"JobRun {run_id} of job {job.name} not found.")
    return run


def _error(code: str, sentence: str) -> dict[str, dict[str, str]]:
    return {"ErrorDetail": {"ErrorCode": code, "ErrorMessage": sentence}}
