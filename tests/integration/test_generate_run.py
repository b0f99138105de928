"""The generator against the emulated AWS, as a user's run goes."""

import time
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import boto3
import pytest

from scripts import generate
from scripts.generate import GenerateSettings, Progress, reference
from scripts.generate.claims import declared_runs, next_index
from scripts.generate.producer import StreamMissing
from scripts.ledger import objects
from scripts.ledger.evidence import CLAIMS
from scripts.ledger.objects import Lake

pytestmark = pytest.mark.processes("what is sent is the generator's affair, however services are run")


@pytest.fixture
def settings(session: boto3.Session) -> Iterator[GenerateSettings]:
    """A bucket and a stream of the test's own, and a run of 1,500 records."""
    name = f"generate-{uuid.uuid4().hex[:8]}"
    kinesis, s3 = session.client("kinesis"), session.client("s3")
    s3.create_bucket(Bucket=name)
    kinesis.create_stream(StreamName=name, ShardCount=2)
    kinesis.get_waiter("stream_exists").wait(StreamName=name, WaiterConfig={"Delay": 1})
    yield GenerateSettings(name, name, events=1_500)
    kinesis.delete_stream(StreamName=name)


def in_stream(session: boto3.Session, stream: str, count: int) -> list[tuple[str, str, bytes]]:
    """Everything in the stream: partition key, sequence number, data."""
    kinesis = session.client("kinesis")
    found: list[tuple[str, str, bytes]] = []
    deadline = time.monotonic() + 30
    shards = kinesis.list_shards(StreamName=stream)["Shards"]
    iterators = [
        kinesis.get_shard_iterator(StreamName=stream, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON")
        for shard in shards
    ]
    positions = [answer["ShardIterator"] for answer in iterators]
    while len(found) < count and time.monotonic() < deadline:
        for number, position in enumerate(positions):
            answer = kinesis.get_records(ShardIterator=position)
            positions[number] = answer["NextShardIterator"]
            found += [(each["PartitionKey"], each["SequenceNumber"], each["Data"]) for each in answer["Records"]]
    return found


def claims_of(session: boto3.Session, settings: GenerateSettings) -> list[dict[str, Any]]:
    lake = Lake(session.client("s3"), settings.bucket)
    rows: list[dict[str, Any]] = objects.claims(lake, settings.stream, settings.run_id).select(CLAIMS.names).to_pylist()
    return rows


def test_what_is_claimed_is_in_the_stream_and_nothing_else(session: boto3.Session, settings: GenerateSettings) -> None:
    seen: list[Progress] = []
    result = generate.run(settings, session, seen.append)
    claims, records = claims_of(session, settings), in_stream(session, settings.stream, 1_500)
    assert result.sent == len(claims) == len(records) == 1_500
    assert {(row["partition_key"], row["sequence_number"]) for row in claims} == {(key, seq) for key, seq, _ in records}
    assert Counter(row["kind"] for row in claims) == result.kinds
    assert seen[-1].sent == seen[-1].total == 1_500


def test_the_next_run_of_a_seed_goes_on_where_the_last_ended(
    session: boto3.Session, settings: GenerateSettings
) -> None:
    first = generate.run(settings, session, lambda _: None)
    second = generate.run(replace(settings, run_id="run-00000002", events=100), session, lambda _: None)
    other = generate.run(replace(settings, run_id="run-00000003", events=100, seed=8), session, lambda _: None)
    s3 = session.client("s3")
    assert (first.start, second.start, other.start) == (0, 1_500, 0)
    assert next_index(s3, settings.bucket, settings.stream, seed=7) == 1_600
    assert [run.start for run in declared_runs(s3, settings.bucket, settings.stream)] == [0, 1_500, 0]


def test_a_run_that_is_interrupted_keeps_the_claims_of_what_was_taken(
    session: boto3.Session, settings: GenerateSettings
) -> None:
    def interrupt(_: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        generate.run(replace(settings, requests_in_flight=1), session, interrupt)
    claims = claims_of(session, settings)
    records = in_stream(session, settings.stream, len(claims))
    assert claims
    assert {row["sequence_number"] for row in claims} == {sequence for _, sequence, _ in records}


def test_without_a_stream_the_run_says_so(session: boto3.Session, settings: GenerateSettings) -> None:
    with pytest.raises(StreamMissing, match="There is no stream 'nowhere'"):
        generate.run(replace(settings, stream="nowhere"), session, lambda _: None)


def test_reference_data_is_uploaded_once_and_its_revenue_grows_with_each_run(
    session: boto3.Session, settings: GenerateSettings
) -> None:
    def reported() -> int:
        body = session.client("s3").get_object(Bucket=settings.bucket, Key=reference.AD_REVENUE_KEY)["Body"].read()
        return sum(reference.parse_ad_revenue(body.decode()).values())

    assert reference.upload(settings, session) == [
        reference.CHANNEL_METADATA_KEY,
        reference.DEMOGRAPHICS_KEY,
        reference.AD_REVENUE_KEY,
    ]
    before = reported()
    assert reference.upload(settings, session) == []
    generate.run(settings, session, lambda _: None)
    assert reference.upload(settings, session) == [reference.AD_REVENUE_KEY]
    assert reported() > 1.5 * before
