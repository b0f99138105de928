"""Start Airflow's pipelines when data arrives: S3 events from a queue become as few DAG runs as cover them all.

A run reads its tables when it starts, not when it is asked for. So a run that is queued and has not started covers
everything that has arrived by now, and nothing more needs asking for; otherwise one run is asked for. However many
objects arrive, at most one run is running and one queued.

A message that cannot be served now (Airflow down, its DAG missing or paused) is reported as failed: the queue gives it
again later, and after a number of attempts it goes to the dead-letter queue.
"""

import hashlib
import json
import logging
import os
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Literal
from urllib.parse import unquote_plus

import boto3
from botocore.exceptions import BotoCoreError, ClientError

log = logging.getLogger()
log.setLevel(logging.INFO)
mwaa = boto3.client("mwaa")
ENVIRONMENT = os.environ["MWAA_ENVIRONMENT"]

CONFLICT = 409

DAG_OF_FOLDER = {"ops/batches/": "viewership", "landing/demographics/": "demographics"}
"""Which DAG reads what arrives in which folder of the lake."""


class NotNowError(Exception):
    """Airflow cannot take the run at present; asking again later may succeed. `status` is Airflow's, if it answered."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Arrival:
    """An object that arrived in the lake: the DAG that reads it, and the id of a run asked for because of it."""

    dag_id: str
    run_id: str


def handle(event: Mapping[str, Any], _context: object) -> dict[str, list[dict[str, str]]]:
    """Serve a batch of SQS messages, each an S3 event; answers which of them failed (ReportBatchItemFailures)."""
    failed: list[str] = []
    waiting: dict[str, dict[str, list[Arrival]]] = defaultdict(dict)
    for message in event["Records"]:
        try:
            for arrival in arrivals(message["body"]):
                waiting[arrival.dag_id].setdefault(message["messageId"], []).append(arrival)
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            log.error("Message %s is no S3 event of this lake: %r", message["messageId"], error)  # noqa: TRY400
            failed.append(message["messageId"])
    for dag_id, messages in waiting.items():
        try:
            log.info("%s", ensure_run(dag_id, (each for arrived in messages.values() for each in arrived)))
        except NotNowError as error:
            log.warning("DAG %s: %s; %d messages will be tried again", dag_id, error, len(messages))
            failed.extend(messages)
    return {"batchItemFailures": [{"itemIdentifier": each} for each in dict.fromkeys(failed)]}


def arrivals(body: str) -> list[Arrival]:
    """The objects that a message announces; none for the test event S3 sends when a notification is set up.

    Raises ValueError, LookupError, TypeError or AttributeError for a message that is no S3 event of this lake.
    """
    event = json.loads(body)
    if event.get("Event") == "s3:TestEvent":
        return []
    return [arrival(record) for record in event["Records"]]


def arrival(record: Mapping[str, Any]) -> Arrival:
    """The DAG and the run id for one object; the same event delivered twice gives the same run id.

    The version is all that S3 says to tell one upload of a key from another. The event's time is part of it: an object
    replaced by an older copy of itself has that copy's ETag again, and still is news.
    """
    key = unquote_plus(record["s3"]["object"]["key"])
    dag_id = next((dag for folder, dag in DAG_OF_FOLDER.items() if key.startswith(folder)), None)
    if dag_id is None:
        raise LookupError(f"no DAG reads {key!r}; known folders: {', '.join(DAG_OF_FOLDER)}")
    version = [record["s3"]["object"].get(part) for part in ("versionId", "sequencer", "eTag")]
    digest = hashlib.sha256(json.dumps([key, record.get("eventTime"), *version]).encode()).hexdigest()
    stem = re.sub(r"[^A-Za-z0-9_.~:+-]", "-", PurePosixPath(key).stem)[:100]
    return Arrival(dag_id, f"{stem}-{digest[:12]}")


def ensure_run(dag_id: str, arrived: Iterable[Arrival]) -> str:
    """See to it that a run of the DAG starts after all these arrivals; answers a sentence saying which.

    Raises NotNowError when Airflow cannot take the run at present.
    """
    if airflow("GET", f"/dags/{dag_id}")["is_paused"]:
        raise NotNowError("it is paused")
    queued = airflow("GET", f"/dags/{dag_id}/dagRuns", QueryParameters={"state": ["queued"], "limit": 1})["dag_runs"]
    if queued:
        return f"DAG {dag_id}: run {queued[0]['dag_run_id']} has not started yet and covers the batch"
    for each in arrived:
        if start_run(each):
            return f"DAG {dag_id}: run {each.run_id} asked for"
    return f"DAG {dag_id}: each of these arrivals has had its run"


def start_run(wanted: Arrival) -> bool:
    """Ask for a run; False when this very arrival has had its run (the message was delivered before)."""
    body = {"dag_run_id": wanted.run_id, "logical_date": None}
    try:
        airflow("POST", f"/dags/{wanted.dag_id}/dagRuns", Body=body)
    except NotNowError as error:
        if error.status == CONFLICT:
            return False
        raise
    return True


def airflow(method: Literal["GET", "POST"], path: str, **document: Mapping[str, Any]) -> Any:
    """Airflow's answer to a REST call through MWAA; `document` is QueryParameters or Body. Raises NotNowError."""
    try:
        return mwaa.invoke_rest_api(Name=ENVIRONMENT, Path=path, Method=method, **document)["RestApiResponse"]
    except ClientError as error:
        response: Mapping[str, Any] = error.response
        answer = response.get("RestApiResponse") or str(error)
        status = response.get("RestApiStatusCode")
        raise NotNowError(f"{method} {path}: Airflow answered {status}: {answer}", status) from error
    except BotoCoreError as error:
        raise NotNowError(f"{method} {path}: {error}") from error
