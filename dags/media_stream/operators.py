"""The provider's job operators, told to wait well and to say why a job failed.

As they come, they ask once a minute, give up after 25 to 75 minutes, and their errors name a state but no reason.
They do not defer: a deferred EMR job that fails loses its run id in the provider, the triggerer would grow by 100 MB,
and each job would take one more start of a task. A task that asks is one sleeping process.
"""

import time
from typing import Any

from airflow.exceptions import AirflowException  # type: ignore[attr-defined]  # its place on 3.0 and on 3.3
from airflow.providers.amazon.aws.operators.emr import EmrServerlessStartJobOperator
from airflow.providers.amazon.aws.operators.glue import GlueJobOperator
from airflow.sdk import Context

ASK_EVERY_SECONDS = 1
ASK_AT_MOST = 2 * 60 * 60
UNFINISHED = ["SUBMITTED", "PENDING", "SCHEDULED", "QUEUED", "RUNNING", "CANCELLING"]


class DeployedGlueJob(GlueJobOperator):
    """Run a Glue job that the stack has deployed, to its end.

    A second run cannot overlap a first one whose worker was killed: the jobs' MaxConcurrentRuns is 1.

    Raises:
        AirflowException: Glue has no such job, or its run did not succeed; the message carries Glue's ErrorMessage.
    """

    def __init__(self, *, job_name: str, script_args: dict[str, str], **arguments: Any) -> None:
        super().__init__(
            job_name=job_name,
            script_args=script_args,
            deferrable=False,
            job_poll_interval=ASK_EVERY_SECONDS,
            stop_job_run_on_kill=True,
            **arguments,
        )

    def execute(self, context: Context) -> str | None:
        """Return the run's id; never make up a job that was not deployed, as the provider would."""
        if not self.hook.has_job(self.job_name):
            raise AirflowException(f"Glue has no job {self.job_name!r}: deploy the stack first")
        try:
            return super().execute(context)
        except AirflowException as error:
            raise AirflowException(self._reason() or str(error)) from error

    def _reason(self) -> str | None:
        if not self._job_run_id:
            return None
        run = self.hook.conn.get_job_run(JobName=self.job_name, RunId=self._job_run_id)["JobRun"]
        words = run.get("ErrorMessage", "Glue gives no reason")
        return f"Glue job {self.job_name}, run {self._job_run_id}, {run['JobRunState']}: {words}"


class EmrServerlessJob(EmrServerlessStartJobOperator):
    """Run a Spark job on the EMR Serverless application, to its end.

    Raises:
        AirflowException: the run did not succeed; the message carries EMR's state details.
    """

    def __init__(self, *, name: str, **arguments: Any) -> None:
        super().__init__(
            name=name,
            deferrable=False,
            waiter_delay=ASK_EVERY_SECONDS,
            waiter_max_attempts=ASK_AT_MOST,
            **arguments,
        )

    def execute(self, context: Context, event: dict[str, Any] | None = None) -> str | None:
        """Return the run's id; a retry first lets the run of a killed worker end: two would write the same tables."""
        if context["ti"].try_number > 1:
            self._outwait_earlier_runs()
        try:
            return super().execute(context, event)
        except AirflowException as error:
            raise AirflowException(self._reason() or str(error)) from error

    def _outwait_earlier_runs(self) -> None:
        for _ in range(ASK_AT_MOST):
            runs = self.hook.conn.list_job_runs(applicationId=self.application_id, states=UNFINISHED)["jobRuns"]
            earlier = [run["id"] for run in runs if run["name"] == self.name]
            if not earlier:
                return
            self.log.info("Waiting for the end of earlier runs of %s: %s", self.name, earlier)
            time.sleep(ASK_EVERY_SECONDS)
        raise AirflowException(f"Earlier runs of {self.name} do not end: {earlier}. Cancel them, then clear this task")

    def _reason(self) -> str | None:
        if not self.job_id:
            return None
        run = self.hook.conn.get_job_run(applicationId=self.application_id, jobRunId=self.job_id)["jobRun"]
        words = run.get("stateDetails") or "EMR Serverless gives no reason"
        return f"EMR Serverless job {self.name}, run {self.job_id}, {run['state']}: {words}"
