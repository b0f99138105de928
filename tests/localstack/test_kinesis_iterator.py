"""Shard iterators without a server: what they refuse."""

import dataclasses
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lab_localstack.kinesis import sequence
from lab_localstack.kinesis.iterator import ShardIterator, starting_position
from lab_localstack.kinesis.stream import Stream
from lab_localstack.service import AwsError


@pytest.fixture
def stream() -> Stream:
    made = Stream("s", "arn:aws:kinesis:us-east-1:000000000000:stream/s", sequence.now())
    made.add_shards(1)
    return made


def test_a_token_comes_back_as_it_was_issued(stream: Stream) -> None:
    iterator = ShardIterator.at(stream, stream.open[0], 42)

    assert ShardIterator.decode(iterator.encode()) == iterator


@given(st.text() | st.binary().map(repr))
def test_any_other_text_is_an_invalid_argument(token: str) -> None:
    with pytest.raises(AwsError, match="not issued by this service") as refusal:
        ShardIterator.decode(token)

    assert refusal.value.code == "InvalidArgumentException"


def test_an_iterator_expires_after_five_minutes(stream: Stream) -> None:
    fresh = ShardIterator.at(stream, stream.open[0], 42)
    dataclasses.replace(fresh, issued=fresh.issued - 299_000_000).check(stream)

    with pytest.raises(AwsError, match="valid for 300 seconds") as refusal:
        dataclasses.replace(fresh, issued=fresh.issued - 301_000_000).check(stream)
    assert refusal.value.code == "ExpiredIteratorException"


def test_an_iterator_of_a_deleted_stream_is_of_no_use_in_its_successor(stream: Stream) -> None:
    successor = Stream(stream.name, stream.arn, stream.created + 1)
    successor.add_shards(1)

    with pytest.raises(AwsError, match="deleted and created again"):
        ShardIterator.at(stream, stream.open[0], 42).check(successor)


def test_a_timestamp_starts_at_the_first_record_of_its_microsecond() -> None:
    base = sequence.now() - 1_000_000
    stream = Stream("s", "arn:aws:kinesis:us-east-1:000000000000:stream/s", base)
    stream.add_shards(1)
    shard = stream.open[0]
    numbers = [shard.append(base + each * 1000, "k", b"") for each in range(1, 4)]
    moment = datetime.fromtimestamp((base + 2000) / 1_000_000, UTC)

    position = starting_position(stream, shard, {"ShardIteratorType": "AT_TIMESTAMP", "Timestamp": moment})

    assert [record.number for record in shard.read(position, 10, 1000)] == numbers[1:]
