"""One Kinesis stream through boto3: its shards and pages of records, with retries over minutes."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import boto3
import botocore.exceptions
import botocore.parsers
import botocore.session
import pyarrow as pa
import urllib3.exceptions
from botocore.config import Config
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_exponential

from .offset import Position
from .options import AT_TIMESTAMP, TRIM_HORIZON, Options

COLUMNS = pa.schema(
    {
        "data": pa.binary(),
        "streamName": pa.string(),
        "partitionKey": pa.string(),
        "sequenceNumber": pa.string(),
        "approximateArrivalTimestamp": pa.timestamp("us", tz="UTC"),
    }
)

_BROKEN_CONNECTIONS = (
    botocore.exceptions.ConnectionError,
    botocore.exceptions.HTTPClientError,
    botocore.exceptions.IncompleteReadError,
    botocore.parsers.ResponseParserError,
    urllib3.exceptions.HTTPError,
    OSError,
)
_THROTTLES = ("ProvisionedThroughputExceededException", "LimitExceededException", "ThrottlingException")
_STALE_ITERATOR = ("ExpiredIteratorException", "InvalidArgumentException", "ResourceNotFoundException")


class DataLossError(Exception):
    """Records that the query counted on can no longer be read. Final: the sentence says what to decide."""


class StreamMissingError(Exception):
    """There is no such stream (any more). Final: nothing that is asked again will make one."""


@dataclass(frozen=True, slots=True)
class Shard:
    """A shard of the stream and the shards it came from (two after a merge)."""

    shard_id: str
    parents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StreamState:
    """A stream as it is now; ``created`` tells it from another of the same name."""

    created: str
    shards: tuple[Shard, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """The answer to one GetRecords."""

    records: pa.RecordBatch
    sequence_numbers: list[str]
    next_iterator: str | None
    behind_ms: int


def is_transient(error: BaseException) -> bool:
    """Whether the call may succeed when made again: connections, throttles, the server's own errors."""
    if isinstance(error, botocore.exceptions.ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return status >= 500 or error_code(error) in _THROTTLES
    return isinstance(error, _BROKEN_CONNECTIONS)


def error_code(error: botocore.exceptions.ClientError) -> str:
    """AWS's name of the error."""
    return str(error.response.get("Error", {}).get("Code", ""))


def connect(options: Options) -> Any:
    """A Kinesis client whose times stay numbers: parsing them into datetimes costs more than all the rest."""
    session = botocore.session.get_session()
    session.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=lambda value: value)
    return boto3.Session(botocore_session=session).client(
        "kinesis",
        region_name=options.region,
        endpoint_url=options.endpoint_url,
        config=Config(retries={"total_max_attempts": 1}, connect_timeout=5, read_timeout=30, max_pool_connections=32),
    )


class Stream:
    """The calls of the source, retried; ``disturbed`` tells that one failed since it was last cleared."""

    def __init__(self, options: Options, client: Any = None) -> None:
        self._options = options
        self._client = client or connect(options)
        self.disturbed = False

    def state(self) -> StreamState:
        """The stream's identity and its shards, closed ones included as long as Kinesis lists them."""
        name = self._options.stream
        try:
            summary = self._call(self._client.describe_stream_summary, StreamName=name)["StreamDescriptionSummary"]
        except botocore.exceptions.ClientError as error:
            if error_code(error) != "ResourceNotFoundException":
                raise
            raise StreamMissingError(
                f"There is no stream {name!r} at {self._options.endpoint_url}. Make it with: make deploy"
            ) from error
        shards: list[Shard] = []
        question: dict[str, Any] = {"StreamName": name}
        while question:
            answer = self._call(self._client.list_shards, **question)
            shards += [_shard(item) for item in answer["Shards"]]
            question = {"NextToken": answer["NextToken"]} if answer.get("NextToken") else {}
        return StreamState(str(summary["StreamCreationTimestamp"]), tuple(shards))

    def iterator(self, shard_id: str, position: Position) -> str:
        """An iterator for what comes after the position."""
        answer = self._call(
            self._client.get_shard_iterator, StreamName=self._options.stream, ShardId=shard_id, **_iterator_at(position)
        )
        return str(answer["ShardIterator"])

    def page(self, iterator: str) -> Page | None:
        """The next records; None when the iterator is no longer valid (expired, or the server forgot it)."""
        try:
            limit = min(self._options.records_per_fetch, self._options.max_records_per_shard)
            answer = self._call(self._client.get_records, ShardIterator=iterator, Limit=limit)
        except botocore.exceptions.ClientError as error:
            if error_code(error) not in _STALE_ITERATOR:
                raise
            self.disturbed = True
            return None
        records = answer["Records"]
        return Page(
            self._rows(records),
            [item["SequenceNumber"] for item in records],
            answer.get("NextShardIterator") or None,
            int(answer.get("MillisBehindLatest") or 0),
        )

    def _rows(self, records: list[dict[str, Any]]) -> pa.RecordBatch:
        columns = [
            [item["Data"] for item in records],
            [self._options.stream] * len(records),
            [item["PartitionKey"] for item in records],
            [item["SequenceNumber"] for item in records],
            [round(float(item["ApproximateArrivalTimestamp"]) * 1000) * 1000 for item in records],
        ]
        arrays = [pa.array(values, type=field.type) for values, field in zip(columns, COLUMNS, strict=True)]
        return pa.RecordBatch.from_arrays(arrays, schema=COLUMNS)

    def _call(self, operation: Callable[..., dict[str, Any]], **arguments: Any) -> dict[str, Any]:
        options = self._options
        retrying = Retrying(
            retry=retry_if_exception(is_transient),
            stop=stop_after_attempt(options.retries + 1),
            wait=wait_exponential(multiplier=options.retry_wait, max=options.max_retry_wait),
            before_sleep=self._note,
            reraise=True,
        )
        return retrying(operation, **arguments)

    def _note(self, attempt: RetryCallState) -> None:
        if not self.disturbed:
            error = attempt.outcome.exception() if attempt.outcome else None
            warn(f"Kinesis at {self._options.endpoint_url} does not answer, trying again: {error}")
        self.disturbed = True


def warn(sentence: str) -> None:
    """Say something to whoever reads the driver's log."""
    print(f"aws-kinesis: {sentence}", file=sys.stderr, flush=True)


def _shard(item: dict[str, Any]) -> Shard:
    parents = (item.get("ParentShardId"), item.get("AdjacentParentShardId"))
    return Shard(item["ShardId"], tuple(parent for parent in parents if parent))


def _iterator_at(position: Position) -> dict[str, str]:
    if position.after == TRIM_HORIZON:
        return {"ShardIteratorType": TRIM_HORIZON}
    if position.sequence_number is None:
        return {"ShardIteratorType": AT_TIMESTAMP, "Timestamp": position.after.removeprefix(AT_TIMESTAMP).strip()}
    return {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "StartingSequenceNumber": position.after}
