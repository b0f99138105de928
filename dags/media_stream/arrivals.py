"""What arrives in the lake and which DAG reads it: S3's event messages, read the same way by whoever takes them."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote_plus

DAG_OF_FOLDER = {"ops/batches/": "viewership", "landing/demographics/": "demographics"}
"""Which DAG reads what arrives in which folder of the lake."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """An object that arrived in the lake: the DAG that reads it, and the id of a run asked for because of it."""

    dag_id: str
    run_id: str


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
