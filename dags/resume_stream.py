"""### The streaming job again, when records come that it has left behind

`resume`

Where an idle streaming job costs, it leaves after a while without a record (STREAM_IDLE_MINUTES). Every five minutes
this DAG looks whether the archive has gone on without it; if so, the job is started again as it was, and goes on at its
checkpoint, long before a record expires. One that runs, or that somebody cancelled, is left alone. One that failed for
good fails the task, with its reason, until `make e2e` has started another.
"""

import logging
from datetime import timedelta

from airflow.providers.amazon.aws.hooks.emr import EmrServerlessHook
from airflow.providers.amazon.aws.hooks.s3 import S3Hook
from airflow.sdk import Variable, dag, task
from airflow.timetables.trigger import CronTriggerTimetable
from media_stream import TASKS, streaming

log = logging.getLogger(__name__)

EVERY_FIVE_MINUTES = CronTriggerTimetable("*/5 * * * *", timezone="UTC", run_immediately=timedelta(0))


@task
def resume() -> str | None:
    """Start the streaming job again when it left and the archive went on; return the id of what was started."""
    application_id = Variable.get("emr_application_id", default=None)
    run = streaming.last_run(EmrServerlessHook().conn, application_id) if application_id else None
    if run is None:
        log.info("No streaming job was ever started: there is nothing to resume")
        return None
    if not streaming.left_by_itself(run):
        log.info("The streaming job's run %s is %s: it is left alone", run["jobRunId"], run["state"])
        return None
    since = run["updatedAt"] - streaming.LOOK_BACK
    if not streaming.archived_since(S3Hook().conn, Variable.get("lake_bucket"), Variable.get("stream_name"), since):
        log.info(
            "The streaming job's run %s has read everything: no record was archived since %s", run["jobRunId"], since
        )
        return None
    return streaming.start_again(EmrServerlessHook().conn, run)


@dag(
    schedule=EVERY_FIVE_MINUTES,
    catchup=False,
    max_active_runs=1,
    default_args=TASKS,
    dagrun_timeout=timedelta(hours=1),
    tags=["media-stream", "stream"],
    doc_md=__doc__,
)
def resume_stream() -> None:
    """A streaming job for the records there are."""
    resume()


resume_stream()
