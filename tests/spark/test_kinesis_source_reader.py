"""What the source reads of a stream, batch by batch: nothing lost, nothing twice, parents first."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fake_kinesis import FakeKinesis
from hypothesis import given
from hypothesis import strategies as st
from pyspark_aws_kinesis import stream as stream_module
from pyspark_aws_kinesis.options import Options
from pyspark_aws_kinesis.reader import StreamReader
from pyspark_aws_kinesis.stream import DataLossError, StreamMissingError

FIRST, SECOND = "shardId-000000000000", "shardId-000000000001"
CHILD, OTHER_CHILD = "shardId-000000000002", "shardId-000000000003"

ReaderFactory = Callable[..., StreamReader]


@pytest.fixture
def kinesis(monkeypatch: pytest.MonkeyPatch) -> FakeKinesis:
    """The stream that every reader of the test sees."""
    fake = FakeKinesis(shards=2)
    monkeypatch.setattr(stream_module, "connect", lambda _: fake)
    return fake


@pytest.fixture
def reader(kinesis: FakeKinesis, tmp_path: Path) -> ReaderFactory:
    """A reader as a (re)started query has it, over the checkpoint of this test."""

    def make(**given_options: str) -> StreamReader:
        return StreamReader(options(str(tmp_path), **given_options))

    return make


def options(checkpoint: str, **others: str) -> Options:
    """Options that read from the beginning, without waiting."""
    return Options.read(
        {
            "kinesis.endpointUrl": "http://localhost:1",
            "kinesis.region": "us-east-1",
            "kinesis.streamName": "events",
            "kinesis.metadataPath": checkpoint,
            "kinesis.startingPosition": "TRIM_HORIZON",
            "kinesis.clientRetryIntervalsMs": "0",
            "kinesis.getRecords.fetchIntervalMs": "0",
            "kinesis.describeShardInterval": "1h",
        }
        | {f"kinesis.{name}": value for name, value in others.items()}
    )


def read(reader: StreamReader, start: dict[str, Any] | None = None) -> tuple[list[bytes], dict[str, Any]]:
    """One batch from an offset (or where the reader begins), as Spark's wrapper asks for it."""
    batches, end = reader.read(start or reader.initialOffset())
    return [data for batch in batches for data in batch["data"].to_pylist()], end


def replayed(reader: StreamReader, start: dict[str, Any], end: dict[str, Any]) -> list[bytes]:
    """The batch between two offsets, as an executor reads it after a crash."""
    executor: StreamReader = pickle.loads(pickle.dumps(reader))
    return [data for batch in executor.readBetweenOffsets(start, end) for data in batch["data"].to_pylist()]


def checkpointed(tmp_path: Path, batch: int, offset: dict[str, Any]) -> None:
    """Write an offset as Spark's offset log does."""
    folder = tmp_path / "offsets"
    folder.mkdir(exist_ok=True)
    (folder / str(batch)).write_text("\n".join(["v1", '{"batchWatermarkMs":0}', json.dumps(offset)]))


def test_a_batch_holds_every_record_since_the_last(kinesis: FakeKinesis, reader: ReaderFactory) -> None:
    kinesis.put(FIRST, b"1", b"2")
    kinesis.put(SECOND, b"3")
    query = reader()
    first, offset = read(query)
    kinesis.put(FIRST, b"4")
    second, offset = read(query, offset)

    assert (first, second, read(query, offset)[0]) == ([b"1", b"2", b"3"], [b"4"], [])


def test_a_record_comes_in_the_connectors_columns(kinesis: FakeKinesis, reader: ReaderFactory) -> None:
    kinesis.put(FIRST, b"1")
    batches, _ = reader().read(reader().initialOffset())
    (row,) = next(batches).to_pylist()

    assert row == {
        "data": b"1",
        "streamName": "events",
        "partitionKey": "k",
        "sequenceNumber": "101",
        "approximateArrivalTimestamp": row["approximateArrivalTimestamp"],
    }
    assert row["approximateArrivalTimestamp"].isoformat() == "1970-01-01T00:00:01.500000+00:00"


def test_a_batch_takes_no_more_than_its_limit_and_the_next_goes_on(kinesis: FakeKinesis, reader: ReaderFactory) -> None:
    kinesis.put(FIRST, *(b"%d" % number for number in range(25)))
    query = reader(maxFetchRecordsPerShard="10")
    sizes, offset = [], query.initialOffset()
    for _ in range(4):
        data, offset = read(query, offset)
        sizes.append(len(data))

    assert sizes == [10, 10, 5, 0]


def test_a_replayed_batch_is_the_same_whatever_came_since(kinesis: FakeKinesis, reader: ReaderFactory) -> None:
    kinesis.put(FIRST, b"1", b"2")
    query = reader()
    start = query.initialOffset()
    data, end = read(query, start)
    kinesis.put(FIRST, b"3")
    kinesis.put(SECOND, b"4")

    assert replayed(reader(), start, end) == data


def test_a_restarted_query_goes_on_behind_the_last_planned_batch(
    kinesis: FakeKinesis, reader: ReaderFactory, tmp_path: Path
) -> None:
    kinesis.put(FIRST, b"1")
    _, offset = read(reader())
    checkpointed(tmp_path, 9, offset)
    kinesis.put(FIRST, b"2")
    _, offset = read(reader())
    checkpointed(tmp_path, 10, offset)
    kinesis.put(FIRST, b"3")

    assert read(reader())[0] == [b"3"]


def test_latest_leaves_out_nothing_that_comes_after_the_first_question(reader: ReaderFactory) -> None:
    offset = reader(startingPosition="LATEST").initialOffset()

    assert {position["after"].partition(" ")[0] for position in offset["shards"].values()} == {"AT_TIMESTAMP"}


def test_children_of_a_split_are_read_after_their_parent(kinesis: FakeKinesis, reader: ReaderFactory) -> None:
    kinesis.put(FIRST, b"before")
    query = reader(maxFetchRecordsPerShard="1")
    _, offset = read(query)
    kinesis.put(FIRST, b"parent 1", b"parent 2")
    kinesis.split(FIRST, CHILD, OTHER_CHILD)
    kinesis.put(CHILD, b"child 1")
    kinesis.put(OTHER_CHILD, b"child 2")
    batches: list[list[bytes]] = []
    while sum(len(batch) for batch in batches) < 4:
        data, offset = read(query, offset)
        batches.append(data)

    assert batches == [[b"parent 1"], [b"parent 2"], [b"child 1", b"child 2"]]


def test_the_child_of_a_merge_waits_for_both_parents(kinesis: FakeKinesis, reader: ReaderFactory) -> None:
    kinesis.put(FIRST, b"1", b"2")
    kinesis.put(SECOND, b"3")
    kinesis.split(FIRST, CHILD)
    kinesis.split(SECOND)
    kinesis.shards[CHILD].parents = (FIRST, SECOND)
    kinesis.put(CHILD, b"4")
    query = reader(maxFetchRecordsPerShard="1")
    first, offset = read(query)
    second, offset = read(query, offset)
    third, offset = read(query, offset)

    assert (first, second, third) == ([b"1", b"3"], [b"2"], [b"4"])


def test_a_shard_read_to_its_end_leaves_the_offset_once_it_expired(kinesis: FakeKinesis, reader: ReaderFactory) -> None:
    kinesis.put(FIRST, b"1")
    kinesis.split(FIRST, CHILD)
    _, offset = read(reader())
    del kinesis.shards[FIRST]
    kinesis.put(CHILD, b"2")
    data, offset = read(reader(failOnDataLoss="true"), offset)

    assert (data, FIRST in offset["shards"]) == ([b"2"], False)


def test_an_endpoint_that_comes_back_is_read_on(kinesis: FakeKinesis, reader: ReaderFactory) -> None:
    query = reader(clientNumRetries="8")
    offset = query.initialOffset()
    kinesis.put(FIRST, b"1")
    kinesis.refuse = 6

    assert read(query, offset)[0] == [b"1"]


def test_an_endpoint_that_stays_away_ends_the_query(kinesis: FakeKinesis, reader: ReaderFactory) -> None:
    query = reader(clientNumRetries="2")
    offset = query.initialOffset()
    kinesis.refuse = 100

    with pytest.raises(Exception, match="Could not connect"):
        read(query, offset)


@pytest.mark.parametrize("between_batches", [0, 1], ids=["unnoticed", "refused once"])
def test_a_stream_made_anew_is_read_from_its_beginning(
    kinesis: FakeKinesis, reader: ReaderFactory, between_batches: int
) -> None:
    kinesis.put(FIRST, b"1", b"2")
    query = reader()
    _, offset = read(query)
    kinesis.recreate()
    kinesis.put(FIRST, b"3")
    kinesis.refuse = between_batches
    data: list[bytes] = []
    for _ in range(3):
        batch, offset = read(query, offset)
        data += batch

    assert data == [b"3"]


def test_a_stream_made_anew_ends_a_query_that_must_not_lose_records(
    kinesis: FakeKinesis, reader: ReaderFactory, tmp_path: Path
) -> None:
    _, offset = read(reader())
    kinesis.recreate()

    with pytest.raises(DataLossError, match=rf"made again.*remove the checkpoint {tmp_path}"):
        read(reader(failOnDataLoss="true"), offset)


def test_a_planned_batch_of_a_stream_that_is_gone_is_not_taken_for_empty(
    kinesis: FakeKinesis, reader: ReaderFactory
) -> None:
    kinesis.put(FIRST, b"1")
    start = reader().initialOffset()
    _, end = read(reader(), start)
    kinesis.recreate()

    with pytest.raises(DataLossError, match="is gone"):
        replayed(reader(failOnDataLoss="true"), start, end)


def test_a_planned_batch_whose_records_expired_is_not_taken_for_whole(
    kinesis: FakeKinesis, reader: ReaderFactory
) -> None:
    kinesis.put(FIRST, b"1", b"2")
    start = reader().initialOffset()
    _, end = read(reader(), start)
    kinesis.shards[FIRST].records.clear()

    with pytest.raises(DataLossError, match="no longer in the stream"):
        replayed(reader(failOnDataLoss="true"), start, end)


def test_a_shard_that_expired_unread_ends_a_query_that_must_not_lose_records(
    kinesis: FakeKinesis, reader: ReaderFactory
) -> None:
    kinesis.put(FIRST, b"1")
    _, offset = read(reader())
    del kinesis.shards[FIRST]

    with pytest.raises(DataLossError, match=f"{FIRST} expired"):
        read(reader(failOnDataLoss="true"), offset)


def test_a_stream_that_is_not_there_is_named_with_the_next_command(kinesis: FakeKinesis, reader: ReaderFactory) -> None:
    kinesis.exists = False

    with pytest.raises(StreamMissingError, match=r"no stream 'events' at http://localhost:1.*make deploy"):
        reader().initialOffset()


def test_the_checkpoint_of_another_stream_is_refused(reader: ReaderFactory) -> None:
    _, offset = read(reader())

    with pytest.raises(ValueError, match="belongs to the stream 'events', not 'others'"):
        read(reader(streamName="others"), offset)


@given(
    puts=st.lists(st.lists(st.sampled_from([FIRST, SECOND]), max_size=12), min_size=1, max_size=6),
    limit=st.integers(1, 5),
    crashes=st.sets(st.integers(0, 20)),
)
def test_every_record_is_in_exactly_one_batch_whenever_the_driver_dies(
    puts: list[list[str]], limit: int, crashes: set[int]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        kinesis = FakeKinesis(shards=2)
        patch.setattr(stream_module, "connect", lambda _: kinesis)
        patch.setattr("pyspark_aws_kinesis.reader.last_planned", lambda *_: None)

        def restarted() -> StreamReader:
            return StreamReader(options("/nowhere", maxFetchRecordsPerShard=str(limit)))

        query, count = restarted(), 0
        written: list[bytes] = []
        offset = query.initialOffset()
        for step in range(6 * 12 + 6):  # one shard may have all records, and the limit may be one a batch
            for shard_id in puts[step] if step < len(puts) else []:
                count += 1
                kinesis.put(shard_id, b"%d" % count)
            data, end = read(query, offset)
            if step in crashes:
                query = restarted()
                data = replayed(query, offset, end)
            written += data
            offset = end

    assert sorted(written) == sorted(b"%d" % number for number in range(1, count + 1))
