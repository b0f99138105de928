"""As few DAG runs as cover all arrivals, asked for through MWAA's InvokeRestApi.

A run reads its tables when its jobs start, not when it is asked for. So a run that is queued and has not started, or
that waits in its task space_runs, covers everything that has arrived by now, and nothing more needs asking for;
otherwise one run is asked for. However many objects arrive, at most one run is running and one queued.

The Lambda function trigger_pipeline carries this file in its zip: the rule is the same whoever watches the queue.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from botocore.exceptions import BotoCoreError, ClientError

from media_stream.arrivals import Arrival, arrivals

log = logging.getLogger(__name__)

CONFLICT = 409

SPACING_TASK = "space_runs"
"""The task that holds a run before it has read anything."""

NOT_ENDED = ["scheduled", "queued", "running", "deferred", "up_for_retry"]
"""States of a task that is still to pass."""


class NotNowError(Exception):
    """Airflow cannot take the run at present; asking again later may succeed. `status` is Airflow's, if it answered."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class Airflow:
    """The REST API of an MWAA environment, by boto3's client for MWAA."""

    mwaa: Any
    environment: str

    def call(self, method: Literal["GET", "POST"], path: str, **document: Mapping[str, Any]) -> Any:
        """Return Airflow's answer; `document` is QueryParameters or Body. Raises NotNowError."""
        try:
            answer = self.mwaa.invoke_rest_api(Name=self.environment, Path=path, Method=method, **document)
        except ClientError as error:
            response: Mapping[str, Any] = error.response
            words = response.get("RestApiResponse") or str(error)
            status = response.get("RestApiStatusCode")
            raise NotNowError(f"{method} {path}: Airflow answered {status}: {words}", status) from error
        except BotoCoreError as error:
            raise NotNowError(f"{method} {path}: {error}") from error
        return answer["RestApiResponse"]


def serve(airflow: Airflow, messages: Mapping[str, str]) -> list[str]:
    """See to it that a run starts after each arrival that these messages, by id, announce.

    Returns:
        The ids of the messages that could not be served: Airflow is down, its DAG missing or paused, or the message is
        no S3 event of this lake. They are to stay in the queue, which gives them again later, and after a number of
        attempts to the dead-letter queue.
    """
    failed: list[str] = []
    waiting: dict[str, dict[str, list[Arrival]]] = defaultdict(dict)
    for message_id, body in messages.items():
        try:
            for arrival in arrivals(body):
                waiting[arrival.dag_id].setdefault(message_id, []).append(arrival)
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            log.error("Message %s is no S3 event of this lake: %r", message_id, error)  # noqa: TRY400
            failed.append(message_id)
    for dag_id, served in waiting.items():
        try:
            log.info("%s", ensure_run(airflow, dag_id, (each for arrived in served.values() for each in arrived)))
        except NotNowError as error:
            log.warning("DAG %s: %s; %d messages will be tried again", dag_id, error, len(served))
            failed.extend(served)
    return list(dict.fromkeys(failed))


def ensure_run(airflow: Airflow, dag_id: str, arrived: Iterable[Arrival]) -> str:
    """See to it that a run of the DAG starts after all these arrivals; return a sentence saying which.

    Raises:
        NotNowError: Airflow cannot take the run at present.
    """
    if airflow.call("GET", f"/dags/{dag_id}")["is_paused"]:
        raise NotNowError("it is paused")
    if covering := unread_run(airflow, dag_id):
        return f"DAG {dag_id}: run {covering} has read nothing yet and covers the batch"
    for each in arrived:
        if start_run(airflow, each):
            return f"DAG {dag_id}: run {each.run_id} asked for"
    return f"DAG {dag_id}: each of these arrivals has had its run"


def unread_run(airflow: Airflow, dag_id: str) -> str | None:
    """Return the id of a run that will read what has arrived by now: one that is queued, or waits for its time."""
    runs = airflow.call("GET", f"/dags/{dag_id}/dagRuns", QueryParameters={"state": ["queued"], "limit": 1})["dag_runs"]
    unended = airflow.call("GET", f"/dags/{dag_id}/dagRuns/~/taskInstances", QueryParameters={"state": NOT_ENDED})
    tasks = [task for task in unended["task_instances"] if task["task_id"] == SPACING_TASK]
    return next((str(found["dag_run_id"]) for found in (*runs, *tasks)), None)


def start_run(airflow: Airflow, wanted: Arrival) -> bool:
    """Ask for a run; False when this very arrival has had its run (the message was delivered before)."""
    body = {"dag_run_id": wanted.run_id, "logical_date": None}
    try:
        airflow.call("POST", f"/dags/{wanted.dag_id}/dagRuns", Body=body)
    except NotNowError as error:
        if error.status == CONFLICT:
            return False
        raise
    return True
