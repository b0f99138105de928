"""Kinesis through boto3: putting and reading records."""

import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.processes("the stream's protocol is the same, however LocalStack is run")


@pytest.fixture
def kinesis(aws: Any) -> Any:
    return aws("kinesis")


@pytest.fixture
def stream(kinesis: Any) -> Iterator[str]:
    """A stream of four shards."""
    name = f"test-{uuid4().hex[:8]}"
    kinesis.create_stream(StreamName=name, ShardCount=4)
    yield name
    kinesis.delete_stream(StreamName=name)


def shards(kinesis: Any, stream: str) -> list[str]:
    return [shard["ShardId"] for shard in kinesis.list_shards(StreamName=stream)["Shards"]]


def iterator(kinesis: Any, stream: str, shard: str, kind: str = "TRIM_HORIZON", **place: Any) -> str:
    answer = kinesis.get_shard_iterator(StreamName=stream, ShardId=shard, ShardIteratorType=kind, **place)
    return str(answer["ShardIterator"])


def read(kinesis: Any, token: str | None, limit: int = 10_000) -> list[dict[str, Any]]:
    """All records from an iterator to the tip, or to the end of a closed shard."""
    records: list[dict[str, Any]] = []
    while token:
        answer = kinesis.get_records(ShardIterator=token, Limit=limit)
        records += answer["Records"]
        token = answer.get("NextShardIterator") if answer["MillisBehindLatest"] else None
    return records


def everything(kinesis: Any, stream: str, limit: int = 10_000) -> list[dict[str, Any]]:
    return [
        record for shard in shards(kinesis, stream) for record in read(kinesis, iterator(kinesis, stream, shard), limit)
    ]


@pytest.mark.parametrize(
    ("key", "data"),
    [
        pytest.param("user-1", b'{"a": 1}', id="json"),
        pytest.param("k", b"", id="empty"),
        pytest.param("k", bytes(range(256)), id="every byte"),
        pytest.param('ключ 🎬\n"', b"x", id="key of any characters"),
        pytest.param("k" * 256, b"x" * (1024 * 1024 - 256), id="largest"),
    ],
)
def test_a_record_comes_back_as_it_was_put(kinesis: Any, stream: str, key: str, data: bytes) -> None:
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    put = kinesis.put_record(StreamName=stream, PartitionKey=key, Data=data)
    (record,) = read(kinesis, iterator(kinesis, stream, put["ShardId"]))

    assert (record["PartitionKey"], record["Data"]) == (key, data)
    assert record["SequenceNumber"] == put["SequenceNumber"]
    assert before <= record["ApproximateArrivalTimestamp"] <= datetime.now(UTC)


def test_concurrent_puts_lose_and_double_nothing(aws: Any, stream: str) -> None:
    acknowledged: list[tuple[str, str, str]] = []

    def put(worker: int) -> None:
        client = aws("kinesis")
        for batch in range(5):
            keys = [f"{worker}-{batch}-{each}" for each in range(500)]
            answer = client.put_records(
                StreamName=stream, Records=[{"PartitionKey": key, "Data": key.encode()} for key in keys]
            )
            assert answer["FailedRecordCount"] == 0
            acknowledged.extend(
                (result["ShardId"], result["SequenceNumber"], key)
                for key, result in zip(keys, answer["Records"], strict=True)
            )

    threads = [threading.Thread(target=put, args=(worker,)) for worker in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    client = aws("kinesis")
    stored = Counter(
        (shard, record["SequenceNumber"], record["Data"].decode())
        for shard in shards(client, stream)
        for record in read(client, iterator(client, stream, shard), limit=700)
    )
    assert len(acknowledged) == 6 * 5 * 500
    assert stored == Counter(acknowledged)


def test_a_shard_gives_its_records_in_the_order_of_their_numbers(kinesis: Any, stream: str) -> None:
    puts = [kinesis.put_record(StreamName=stream, PartitionKey="same", Data=str(each).encode()) for each in range(20)]
    records = read(kinesis, iterator(kinesis, stream, puts[0]["ShardId"]), limit=3)

    assert [int(record["Data"]) for record in records] == list(range(20))
    numbers = [int(record["SequenceNumber"]) for record in records]
    assert numbers == sorted(set(numbers))


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        pytest.param("TRIM_HORIZON", [b"0", b"1", b"2"], id="from the oldest"),
        pytest.param("AT_SEQUENCE_NUMBER", [b"1", b"2"], id="from this record"),
        pytest.param("AFTER_SEQUENCE_NUMBER", [b"2"], id="behind this record"),
        pytest.param("AT_TIMESTAMP", [b"0", b"1", b"2"], id="from this second"),
        pytest.param("LATEST", [], id="what comes next"),
    ],
)
def test_an_iterator_starts_where_its_type_says(kinesis: Any, stream: str, kind: str, expected: list[bytes]) -> None:
    start = datetime.now(UTC)
    puts = [kinesis.put_record(StreamName=stream, PartitionKey="same", Data=data) for data in (b"0", b"1", b"2")]
    place = {
        "AT_SEQUENCE_NUMBER": {"StartingSequenceNumber": puts[1]["SequenceNumber"]},
        "AFTER_SEQUENCE_NUMBER": {"StartingSequenceNumber": puts[1]["SequenceNumber"]},
        "AT_TIMESTAMP": {"Timestamp": start},  # boto3 sends the whole second
    }
    token = iterator(kinesis, stream, puts[0]["ShardId"], kind, **place.get(kind, {}))
    kinesis.put_record(StreamName=stream, PartitionKey="same", Data=b"new")

    assert [record["Data"] for record in read(kinesis, token)] == [*expected, b"new"]


def test_an_explicit_hash_key_chooses_the_shard(kinesis: Any, stream: str) -> None:
    placed = {
        kinesis.put_record(StreamName=stream, PartitionKey="k", Data=b"", ExplicitHashKey=str(2**126 * each))["ShardId"]
        for each in range(4)
    }

    assert placed == set(shards(kinesis, stream))


RECORD = {"PartitionKey": "k", "Data": b"x"}


@pytest.mark.parametrize(
    ("operation", "parameters", "code"),
    [
        pytest.param("put_record", {"StreamName": "none", **RECORD}, "ResourceNotFoundException", id="no stream"),
        pytest.param("put_records", {"Records": [RECORD] * 501}, "ValidationException", id="501 records"),
        pytest.param("put_record", {**RECORD, "PartitionKey": "k" * 257}, "ValidationException", id="key too long"),
        pytest.param("put_record", {**RECORD, "Data": b"x" * 1024 * 1024}, "ValidationException", id="record too big"),
        pytest.param(
            "put_records",
            {"Records": [{"PartitionKey": "k", "Data": b"x" * 1000 * 1000}] * 11},
            "InvalidArgumentException",
            id="request too big",
        ),
        pytest.param(
            "put_record", {**RECORD, "ExplicitHashKey": str(2**128)}, "InvalidArgumentException", id="hash key too high"
        ),
        pytest.param("get_records", {"ShardIterator": "AAAA"}, "InvalidArgumentException", id="foreign iterator"),
        pytest.param(
            "get_shard_iterator",
            {"ShardId": "shardId-000000000099", "ShardIteratorType": "LATEST"},
            "ResourceNotFoundException",
            id="no shard",
        ),
        pytest.param(
            "get_shard_iterator",
            {"ShardId": "shardId-000000000000", "ShardIteratorType": "AT_SEQUENCE_NUMBER"},
            "InvalidArgumentException",
            id="no number",
        ),
        pytest.param(
            "get_shard_iterator",
            {
                "ShardId": "shardId-000000000000",
                "ShardIteratorType": "AT_TIMESTAMP",
                "Timestamp": datetime(2100, 1, 1, tzinfo=UTC),
            },
            "InvalidArgumentException",
            id="future",
        ),
    ],
)
def test_what_aws_refuses_is_refused_with_its_code(
    kinesis: Any, stream: str, operation: str, parameters: dict[str, Any], code: str
) -> None:
    named = {} if operation == "get_records" else {"StreamName": stream}

    with pytest.raises(ClientError) as refusal:
        getattr(kinesis, operation)(**(named | parameters))
    assert refusal.value.response["Error"]["Code"] == code
    assert everything(kinesis, stream) == []


def test_a_stream_can_be_named_by_its_arn(kinesis: Any, stream: str) -> None:
    arn = kinesis.describe_stream_summary(StreamName=stream)["StreamDescriptionSummary"]["StreamARN"]
    put = kinesis.put_record(StreamARN=arn, PartitionKey="k", Data=b"x")
    token = kinesis.get_shard_iterator(StreamARN=arn, ShardId=put["ShardId"], ShardIteratorType="TRIM_HORIZON")

    assert len(read(kinesis, token["ShardIterator"])) == 1


def test_millis_behind_latest_is_zero_at_the_tip_only(kinesis: Any, stream: str) -> None:
    for _ in range(3):
        put = kinesis.put_record(StreamName=stream, PartitionKey="k", Data=b"x")
    first = kinesis.get_records(ShardIterator=iterator(kinesis, stream, put["ShardId"]), Limit=2)
    rest = kinesis.get_records(ShardIterator=first["NextShardIterator"])

    assert first["MillisBehindLatest"] > 0
    assert rest["MillisBehindLatest"] == 0
    assert kinesis.get_records(ShardIterator=rest["NextShardIterator"])["Records"] == []
