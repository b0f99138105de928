"""The connector's options: which are honoured, which are refused, and what each must look like.

Source: the table "Kinesis Source Configuration" of awslabs/spark-sql-kinesis-connector. Names are matched without
case, as the connector does. Its defaults hold here, but for two: ``kinesis.metadataPath`` must be given (Spark does
not tell a Python source where the checkpoint is) and AWS credentials come from the environment alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

TRIM_HORIZON = "TRIM_HORIZON"
AT_TIMESTAMP = "AT_TIMESTAMP"

HONOURED = (
    "kinesis.endpointUrl",
    "kinesis.region",
    "kinesis.streamName",
    "kinesis.consumerType",
    "kinesis.failOnDataLoss",
    "kinesis.startingPosition",
    "kinesis.metadataPath",
    "kinesis.describeShardInterval",
    "kinesis.maxFetchRecordsPerShard",
    "kinesis.maxFetchTimePerShardSec",
    "kinesis.clientNumRetries",
    "kinesis.clientRetryIntervalsMs",
    "kinesis.clientMaxRetryIntervalMs",
    "kinesis.getRecords.numberOfRecordsPerFetch",
    "kinesis.getRecords.fetchIntervalMs",
)
_BY_LOWER_NAME = {name.lower(): name for name in HONOURED}
_SECONDS_PER_UNIT = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


@dataclass(frozen=True, slots=True)
class Options:
    """What a query asked of the source; durations in seconds."""

    endpoint_url: str
    region: str
    stream: str
    metadata_path: str
    starting_position: str
    fail_on_data_loss: bool
    describe_interval: float
    max_records_per_shard: int
    max_seconds_per_shard: float | None
    retries: int
    retry_wait: float
    max_retry_wait: float
    records_per_fetch: int
    fetch_interval: float

    @classmethod
    def read(cls, given: Mapping[str, str]) -> Options:
        """The options of a query; ``ValueError`` says which one is wrong, its value and what is valid."""
        values = _named(given)
        consumer = values.get("kinesis.consumerType", "GetRecords")
        if consumer.lower() != "getrecords":
            raise ValueError(f"kinesis.consumerType is {consumer!r}; the local source has GetRecords only.")
        endpoint = _required(values, "kinesis.endpointUrl")
        max_seconds = values.get("kinesis.maxFetchTimePerShardSec")
        return cls(
            endpoint_url=endpoint,
            region=values.get("kinesis.region") or _region_of(endpoint),
            stream=_required(values, "kinesis.streamName"),
            metadata_path=_required(values, "kinesis.metadataPath"),
            starting_position=starting_position(values.get("kinesis.startingPosition", "LATEST")),
            fail_on_data_loss=_boolean(values, "kinesis.failOnDataLoss", default=False),
            describe_interval=_duration(values, "kinesis.describeShardInterval", "1s"),
            max_records_per_shard=_number(values, "kinesis.maxFetchRecordsPerShard", 100_000, low=1),
            max_seconds_per_shard=None if max_seconds is None else float(max_seconds),
            retries=_number(values, "kinesis.clientNumRetries", 5),
            retry_wait=_number(values, "kinesis.clientRetryIntervalsMs", 1000) / 1000,
            max_retry_wait=_number(values, "kinesis.clientMaxRetryIntervalMs", 10_000) / 1000,
            records_per_fetch=_number(values, "kinesis.getRecords.numberOfRecordsPerFetch", 10_000, low=1, high=10_000),
            fetch_interval=_number(values, "kinesis.getRecords.fetchIntervalMs", 200) / 1000,
        )


def starting_position(text: str) -> str:
    """The position a new query starts from: ``TRIM_HORIZON`` or ``AT_TIMESTAMP <ISO time>``.

    ``LATEST`` becomes the time of the question: as a word it would move on with each restart that found no record.
    """
    word, _, moment = text.strip().partition(" ")
    match word.upper():
        case "TRIM_HORIZON" | "EARLIEST":
            return TRIM_HORIZON
        case "LATEST":
            return f"{AT_TIMESTAMP} {datetime.now(UTC).isoformat(timespec='milliseconds')}"
        case "AT_TIMESTAMP":
            try:
                return f"{AT_TIMESTAMP} {datetime.fromisoformat(moment.strip()).astimezone(UTC).isoformat()}"
            except ValueError:
                pass
    raise ValueError(
        f"kinesis.startingPosition is {text!r}; valid: TRIM_HORIZON, EARLIEST, LATEST, "
        "'AT_TIMESTAMP 2026-08-30T19:00:05Z'."
    )


def _named(given: Mapping[str, str]) -> dict[str, str]:
    values = {}
    for name, value in given.items():
        lower = name.lower()
        if lower in _BY_LOWER_NAME:
            values[_BY_LOWER_NAME[lower]] = value
        elif lower.startswith("kinesis."):
            raise ValueError(f"The local aws-kinesis source has no option {name!r}. It has: {', '.join(HONOURED)}.")
    return values


def _required(values: Mapping[str, str], name: str) -> str:
    value = values.get(name, "")
    if not value:
        hint = " Give the query's checkpointLocation." if name == "kinesis.metadataPath" else ""
        raise ValueError(f"The option {name} is required.{hint}")
    return value


def _region_of(endpoint: str) -> str:
    found = re.search(r"kinesis\.([a-z0-9-]+)\.", endpoint)
    if not found:
        raise ValueError(f"The option kinesis.region is required: the endpoint {endpoint!r} names no region.")
    return found[1]


def _number(values: Mapping[str, str], name: str, default: int, *, low: int = 0, high: int = 10**9) -> int:
    text = values.get(name, str(default)).replace(",", "")
    if not text.isdecimal() or not low <= int(text) <= high:
        raise ValueError(f"{name} is {text!r}; valid: a whole number from {low} to {high}.")
    return int(text)


def _boolean(values: Mapping[str, str], name: str, *, default: bool) -> bool:
    text = values.get(name, str(default)).lower()
    if text not in ("true", "false"):
        raise ValueError(f"{name} is {text!r}; valid: true, false.")
    return text == "true"


def _duration(values: Mapping[str, str], name: str, default: str) -> float:
    text = values.get(name, default)
    found = re.fullmatch(r"(\d+)\s*(ms|s|m|h)", text.strip())
    if not found:
        raise ValueError(f"{name} is {text!r}; valid: a time such as 100ms, 1s, 2m.")
    return int(found[1]) * _SECONDS_PER_UNIT[found[2]]
