"""Kinesis in both of its protocols: JSON by the short way, CBOR (the Java SDK's) by LocalStack's."""

import base64
import json
from typing import Any

import cbor2
import pytest
from lab_localstack.kinesis import limits, sequence
from lab_localstack.kinesis.fast_path import KinesisFastPath
from lab_localstack.kinesis.provider import KinesisProvider
from lab_localstack.kinesis.store import Caller, StreamStore
from lab_localstack.service import serve
from localstack.aws.api import RequestContext
from localstack.aws.chain import HandlerChain
from localstack.http import Request, Response

AUTHORIZATION = (
    "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/kinesis/aws4_request, SignedHeaders=host, Signature=0"
)
CALLER = Caller("000000000000", "us-east-1")


@pytest.fixture
def streams() -> StreamStore:
    """A store with the stream `s` of one shard."""
    store = StreamStore()
    store.create(CALLER, "s", "PROVISIONED", 1)
    return store


def request(operation: str, body: bytes, content_type: str) -> RequestContext:
    headers = {
        "X-Amz-Target": f"Kinesis_20131202.{operation}",
        "Content-Type": content_type,
        "Authorization": AUTHORIZATION,
    }
    context = RequestContext(Request("POST", "/", body=body, headers=headers))
    context.account_id, context.region = CALLER
    return context


def by_json(streams: StreamStore, operation: str, body: bytes) -> Response | None:
    """The short way's answer; None where it leaves the request to LocalStack."""
    context, response, chain = request(operation, body, "application/x-amz-json-1.1"), Response(), HandlerChain()
    KinesisFastPath(streams)(chain, context, response)
    return response if chain.terminated else None


def by_cbor(streams: StreamStore, operation: str, body: dict[str, Any]) -> dict[str, Any]:
    context = request(operation, cbor2.dumps(body), "application/x-amz-cbor-1.1")
    skeleton = serve(KinesisProvider(streams)).skeleton
    context.service, context.protocol = skeleton.service, "json"
    answer: dict[str, Any] = cbor2.loads(skeleton.invoke(context).data)
    return answer


def test_records_put_in_json_are_read_in_cbor(streams: StreamStore) -> None:
    body = {"StreamName": "s", "PartitionKey": "k", "Data": base64.b64encode(b"\x00\xff").decode()}
    put = by_json(streams, "PutRecord", json.dumps(body).encode())
    place = {"StreamName": "s", "ShardId": "shardId-000000000000", "ShardIteratorType": "TRIM_HORIZON"}
    iterator = by_cbor(streams, "GetShardIterator", place)["ShardIterator"]
    (record,) = by_cbor(streams, "GetRecords", {"ShardIterator": iterator})["Records"]

    assert put is not None
    assert record["Data"] == b"\x00\xff"
    assert record["SequenceNumber"] == json.loads(put.data)["SequenceNumber"]


def test_records_put_in_cbor_are_read_in_json(streams: StreamStore) -> None:
    put = by_cbor(streams, "PutRecords", {"StreamName": "s", "Records": [{"PartitionKey": "k", "Data": b"\x00\xff"}]})
    place = {"StreamName": "s", "ShardId": "shardId-000000000000", "ShardIteratorType": "TRIM_HORIZON"}
    iterator = by_cbor(streams, "GetShardIterator", place)["ShardIterator"]
    answer = by_json(streams, "GetRecords", json.dumps({"ShardIterator": iterator}).encode())

    assert put["FailedRecordCount"] == 0
    assert answer is not None
    (record,) = json.loads(answer.data)["Records"]
    assert base64.b64decode(record["Data"]) == b"\x00\xff"
    assert record["SequenceNumber"] == put["Records"][0]["SequenceNumber"]


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        pytest.param(b"{", "SerializationException", "not JSON", id="no JSON"),
        pytest.param(b"[]", "SerializationException", "not a JSON object", id="no object"),
        pytest.param(b'{"StreamName": "s", "Records": [1]}', "SerializationException", "record", id="no record"),
        pytest.param(
            b'{"StreamName": "s", "Records": [{"PartitionKey": "k", "Data": "?"}]}',
            "SerializationException",
            "not base64",
            id="no base64",
        ),
        pytest.param(
            b'{"StreamName": "s", "Records": [{"PartitionKey": "k"}]}',
            "ValidationException",
            "records.1.member.data",
            id="no data",
        ),
        pytest.param(
            b'{"StreamName": "s", "Records": [{"Data": ""}]}',
            "ValidationException",
            "records.1.member.partitionKey",
            id="no key",
        ),
        pytest.param(b'{"Records": []}', "InvalidArgumentException", "StreamName or StreamARN", id="no stream named"),
        pytest.param(b'{"StreamName": "x", "Records": []}', "ResourceNotFoundException", "Stream x", id="no stream"),
        pytest.param(b'{"StreamARN": "s", "Records": []}', "ValidationException", "no ARN of a stream", id="no ARN"),
    ],
)
def test_a_malformed_request_is_the_clients_error(streams: StreamStore, body: bytes, code: str, message: str) -> None:
    response = by_json(streams, "PutRecords", body)

    assert response is not None
    assert response.status_code == 400
    error = json.loads(response.data)
    assert error["__type"] == code
    assert message in error["message"]


def test_all_other_operations_are_left_to_localstack(streams: StreamStore) -> None:
    assert by_json(streams, "ListStreams", b"{}") is None


def test_above_a_shards_limits_records_fail_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(limits.SETTING, "aws")
    moment = sequence.now()
    monkeypatch.setattr(sequence, "now", lambda: moment)
    streams = StreamStore()
    streams.create(CALLER, "s", "PROVISIONED", 1)
    record = {"PartitionKey": "k", "Data": base64.b64encode(b"x" * 3000).decode()}
    body = json.dumps({"StreamName": "s", "Records": [record] * 400}).encode()
    answer = by_json(streams, "PutRecords", body)
    single = by_json(streams, "PutRecord", json.dumps({"StreamName": "s", **record}).encode())

    assert answer is not None
    assert single is not None
    results = json.loads(answer.data)
    fitting = 1024 * 1024 // 3001
    assert results["FailedRecordCount"] == 400 - fitting
    assert {result.get("ErrorCode") for result in results["Records"][:fitting]} == {None}
    assert {result.get("ErrorCode") for result in results["Records"][fitting:]} == {
        "ProvisionedThroughputExceededException"
    }
    assert json.loads(single.data)["__type"] == "ProvisionedThroughputExceededException"
