"""The least time between two starts of the pipeline: a run waits for it before it reads anything.

What costs is the jobs, so it is their starts that are held apart, by what Glue says of the last one. That is the same
on every version of Airflow, and holds for a run that was cleared, for a job started by hand and for another Airflow.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.exceptions import AirflowException  # type: ignore[attr-defined]  # its place on 3.0 and on 3.3
from airflow.providers.amazon.aws.hooks.glue import GlueJobHook
from airflow.providers.standard.triggers.temporal import DateTimeTrigger
from airflow.sdk import BaseOperator, Context, Variable

VARIABLE = "run_interval_minutes"
LONGEST_MINUTES = 120
"""A run that waited any longer would have no time left for its jobs: it may take three hours in all."""


class SpaceRuns(BaseOperator):
    """Hold the run until the last start of `job_name` lies the interval back; with an interval of 0 it passes at once.

    The wait is deferred: it holds no worker. Whoever is woken looks again, for what was started in the meantime.

    Raises:
        AirflowException: the variable run_interval_minutes is missing, or is no number of minutes.
    """

    def __init__(self, *, job_name: str, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.job_name = job_name

    def execute(self, context: Context) -> None:  # noqa: ARG002 - as Airflow calls it
        """Pass, or wait."""
        self._wait()

    def look_again(self, context: Context, event: Any = None) -> None:  # noqa: ARG002 - as Airflow calls it
        """Pass, or wait, after a wait."""
        self._wait()

    def _wait(self) -> None:
        interval = minutes(Variable.get(VARIABLE, default=None))
        if not interval:
            return
        moment = wait_until(_last_start(self.job_name), interval, datetime.now(UTC))
        if moment:
            self.log.info("The last start of %s is too near: this run waits until %s", self.job_name, moment)
            self.defer(trigger=DateTimeTrigger(moment), method_name=self.look_again.__name__)


def wait_until(last: datetime | None, interval: timedelta, now: datetime) -> datetime | None:
    """Return the first moment that lies `interval` after the start at `last`, or None when it is past."""
    return last + interval if last and last + interval > now else None


def minutes(text: str | None) -> timedelta:
    """Return the interval that the variable gives. Raises AirflowException when it gives none."""
    if text is None:
        raise AirflowException(f"Airflow has no variable {VARIABLE}: the stack gives it. Deploy the stack first")
    if not (text.strip().isdecimal() and int(text) <= LONGEST_MINUTES):
        raise AirflowException(
            f"The variable {VARIABLE} is {text!r}: minutes from 0 to {LONGEST_MINUTES} would be valid"
        )
    return timedelta(minutes=int(text))


def _last_start(job_name: str) -> datetime | None:
    """When the job was last started, whatever became of it. Glue gives the newest run first."""
    runs = GlueJobHook().conn.get_job_runs(JobName=job_name, MaxResults=1)["JobRuns"]
    return next((run["StartedOn"] for run in runs), None)
