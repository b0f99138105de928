"""### From S3's events in a queue to the runs that read what arrived, where no Lambda function does it

`receive` (SQS) → `ask_for_runs`

This DAG is there only when the environment names the queue to watch, TRIGGER_QUEUE, and the MWAA environment whose REST
API starts runs, MWAA_ENVIRONMENT. It waits in the triggerer, and begins anew after each handful of messages. A message
leaves the queue only when a run covers it: what fails, and what is no event of the lake, stays there and goes to the
dead-letter queue in the end.
"""

import os
from datetime import UTC, datetime, timedelta
from typing import Any

from airflow.providers.amazon.aws.hooks.mwaa import MwaaHook
from airflow.providers.amazon.aws.hooks.sqs import SqsHook
from airflow.providers.amazon.aws.sensors.sqs import SqsSensor
from airflow.sdk import XComArg, dag, task
from media_stream import TASKS, queue
from media_stream.coverage import Airflow

QUEUE = os.environ.get("TRIGGER_QUEUE")
BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
"""Any moment of the past. Without one the first run's interval is empty, and the second would have its logical date:
Airflow skips a run that exists, and nothing would be watched any more."""

LONG_POLL_SECONDS = 20
"""The longest SQS allows: 4,300 requests a day while nothing arrives, and no wait when something does."""


def queue_url() -> str:
    """Return the address of the queue. Templates call it: it asks AWS."""
    return str(SqsHook().conn.get_queue_url(QueueName=QUEUE)["QueueUrl"])


@task
def ask_for_runs(messages: list[dict[str, Any]]) -> None:
    """Have a run start after each arrival, and take out of the queue what is covered."""
    airflow = Airflow(MwaaHook().conn, os.environ["MWAA_ENVIRONMENT"])
    queue.serve(SqsHook().conn, queue_url(), airflow, messages)


@dag(
    schedule="@continuous",
    start_date=BEGINNING,
    catchup=False,
    max_active_runs=1,
    default_args=TASKS | {"max_retry_delay": timedelta(seconds=10)},
    user_defined_macros={"queue_url": queue_url},
    tags=["media-stream", "stream", "reference"],
    doc_md=__doc__,
)
def watch_arrivals() -> None:
    """Queue to runs."""
    receive = SqsSensor(
        task_id="receive",
        sqs_queue="{{ queue_url() }}",
        max_messages=10,
        wait_time_seconds=LONG_POLL_SECONDS,
        poke_interval=0,
        delete_message_on_reception=False,
        deferrable=True,
    )
    ask_for_runs(XComArg(receive, key="messages"))  # type: ignore[arg-type]


if QUEUE:
    watch_arrivals()
