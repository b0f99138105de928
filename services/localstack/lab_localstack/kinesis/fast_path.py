"""The short way for the calls that carry records: JSON in, a ready answer out.

LocalStack's generic parsing and serialising cost more than storing the records. This handler stands at the beginning
of its chain and answers PutRecord, PutRecords and GetRecords of JSON clients (boto3, the CLI); everything else (CBOR,
unsigned or compressed requests, all other operations) goes the long way, to the same store.
These calls are not in LocalStack's request log: consumers poll several times a second. A recorder is told of those that
are answered.
"""

import binascii
import logging
from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import Any

import orjson
from localstack.aws.api import RequestContext
from localstack.aws.chain import HandlerChain
from localstack.http import Response
from localstack.utils.aws.request_context import extract_account_id_from_auth_header, extract_region_from_auth_header

from lab_localstack.calls.recorder import Recorder
from lab_localstack.kinesis import data_plane, sequence
from lab_localstack.kinesis.data_plane import Batch
from lab_localstack.kinesis.provider import STREAMS, describe_child
from lab_localstack.kinesis.store import Caller, StreamStore
from lab_localstack.service import AwsError

LOG = logging.getLogger(__name__)
CONTENT_TYPE = "application/x-amz-json-1.1"
_TARGET = "Kinesis_20131202."


def put_record(streams: StreamStore, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """PutRecord over the JSON protocol."""
    _decode(request)
    return data_plane.put_record(streams, caller, request)


def put_records(streams: StreamStore, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """PutRecords over the JSON protocol."""
    for record in request.get("Records") or ():
        _decode(record)
    return data_plane.put_records(streams, caller, request)


def get_records(streams: StreamStore, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """GetRecords over the JSON protocol."""
    return _json(data_plane.get_records(streams, request))


OPERATIONS: dict[str, Callable[[StreamStore, Caller, dict[str, Any]], dict[str, Any]]] = {
    _TARGET + "PutRecord": put_record,
    _TARGET + "PutRecords": put_records,
    _TARGET + "GetRecords": get_records,
}


class KinesisFastPath:
    """A request handler of LocalStack's gateway; it ends the chain where it answers."""

    def __init__(self, streams: StreamStore = STREAMS, recorder: Recorder | None = None) -> None:
        self.streams = streams
        self.recorder = recorder

    def __call__(self, chain: HandlerChain[RequestContext], context: RequestContext, response: Response) -> None:
        headers = context.request.headers
        operation = OPERATIONS.get(headers.get("X-Amz-Target", ""))
        if operation is None or context.service_request is not None or "Content-Encoding" in headers:
            return
        account, region = extract_account_id_from_auth_header(headers), extract_region_from_auth_header(headers)
        if account is None or region is None or headers.get("Content-Type") != CONTENT_TYPE:
            return
        status, body = self._answer(operation, Caller(account, region), context)
        response.status_code = status
        response.data = body
        response.headers["Content-Type"] = CONTENT_TYPE
        response.headers["x-amzn-RequestId"] = context.request_id
        chain.terminate()

    def _answer(
        self, operation: Callable[..., dict[str, Any]], caller: Caller, context: RequestContext
    ) -> tuple[int, bytes]:
        try:
            request = _parse(context.request.get_data())
            answer = operation(self.streams, caller, request)
            if self.recorder is not None:
                name = context.request.headers["X-Amz-Target"].removeprefix(_TARGET)
                self.recorder.add(context, "kinesis", name, request, "200")
            return 200, orjson.dumps(answer)
        except AwsError as error:
            return error.status_code, _error(error)
        except Exception as error:
            LOG.exception("%s failed", operation.__name__)
            return 500, _error(AwsError("InternalFailure", f"{operation.__name__} failed: {error!r}", 500))


def _parse(body: bytes) -> dict[str, Any]:
    try:
        request = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise AwsError("SerializationException", f"The request is not JSON: {error}.") from error
    if not isinstance(request, dict):
        raise AwsError("SerializationException", "The request is not a JSON object.")
    return request


def _decode(record: Any) -> None:
    if not isinstance(record, dict):
        raise AwsError("SerializationException", "A record is not a JSON object.")
    data = record.get("Data")
    if isinstance(data, str):
        try:
            record["Data"] = b64decode(data, validate=True)
        except (binascii.Error, ValueError) as error:
            raise AwsError("SerializationException", f"Data is not base64: {error}.") from error


def _json(batch: Batch) -> dict[str, Any]:
    encryption = {"EncryptionType": batch.encryption} if batch.encryption else {}
    answer: dict[str, Any] = {
        "Records": [
            {
                "SequenceNumber": str(record.number),
                "ApproximateArrivalTimestamp": sequence.arrival_of(record.number),
                "Data": b64encode(record.data).decode(),
                "PartitionKey": record.partition_key,
                **encryption,
            }
            for record in batch.records
        ],
        "MillisBehindLatest": batch.millis_behind,
    }
    if batch.next_iterator is None:
        return answer | {"ChildShards": [describe_child(child) for child in batch.children]}
    return answer | {"NextShardIterator": batch.next_iterator}


def _error(error: AwsError) -> bytes:
    return orjson.dumps({"__type": error.code, "message": str(error)})
