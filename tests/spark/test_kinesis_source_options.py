"""The source's options are the connector's; a wrong one is refused with a sentence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyspark_aws_kinesis import DefaultSource
from pyspark_aws_kinesis.offset import Offset, Position
from pyspark_aws_kinesis.options import Options

REQUIRED = {
    "kinesis.endpointUrl": "https://kinesis.eu-west-1.amazonaws.com",
    "kinesis.streamName": "events",
    "kinesis.metadataPath": "s3://lake/checkpoint",
}


def test_names_are_matched_without_case() -> None:
    assert Options.read(REQUIRED | {"KINESIS.STARTINGPOSITION": "EARLIEST"}).starting_position == "TRIM_HORIZON"


def test_the_region_is_read_from_the_endpoint() -> None:
    assert Options.read(REQUIRED).region == "eu-west-1"


def test_options_of_spark_itself_are_left_alone() -> None:
    assert Options.read(REQUIRED | {"checkpointLocation": "/somewhere"}).stream == "events"


@pytest.mark.parametrize(
    ("given_option", "sentence"),
    [
        pytest.param({"kinesis.consumerType": "SubscribeToShard"}, "has GetRecords only", id="fan-out"),
        pytest.param({"kinesis.metadataCommitterType": "DYNAMODB"}, "has no option", id="metadata in DynamoDB"),
        pytest.param({"kinesis.awsAccessKeyId": "key"}, "has no option", id="keys as options"),
        pytest.param({"kinesis.startingPosition": "YESTERDAY"}, "valid: TRIM_HORIZON", id="unknown position"),
        pytest.param({"kinesis.startingPosition": "AT_TIMESTAMP noon"}, "valid: TRIM_HORIZON", id="unreadable time"),
        pytest.param({"kinesis.failOnDataLoss": "maybe"}, "valid: true, false", id="not a truth value"),
        pytest.param({"kinesis.maxFetchRecordsPerShard": "0"}, "from 1 to", id="a batch of nothing"),
        pytest.param({"kinesis.getRecords.numberOfRecordsPerFetch": "10001"}, "to 10000", id="above GetRecords' limit"),
        pytest.param({"kinesis.describeShardInterval": "often"}, "valid: a time", id="not a time"),
        pytest.param({"kinesis.endpointUrl": "http://localhost:4566"}, "kinesis.region is required", id="no region"),
    ],
)
def test_an_option_that_is_wrong_or_not_there_is_refused(given_option: dict[str, str], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        Options.read(REQUIRED | given_option)


@pytest.mark.parametrize("name", REQUIRED)
def test_a_required_option_that_is_missing_is_named(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} is required"):
        Options.read({key: value for key, value in REQUIRED.items() if key != name})


def test_the_schema_is_the_connectors() -> None:
    columns = [column.split()[0] for column in DefaultSource({}).schema().split(",")]

    assert columns == ["data", "streamName", "partitionKey", "sequenceNumber", "approximateArrivalTimestamp"]


positions = st.builds(Position, after=st.sampled_from(["TRIM_HORIZON", "12", "9" * 56]), closed=st.booleans())
offsets = st.builds(Offset, st.text(), st.text(), st.dictionaries(st.text(), positions))


@given(offsets)
def test_an_offset_survives_the_checkpoint(offset: Offset) -> None:
    assert Offset.from_json(offset.to_json()) == offset


@pytest.mark.parametrize("other", [{}, {"stream": "s", "created": "c", "shards": 1}, {"partition-0": {"index": 3}}])
def test_the_offset_of_another_source_is_refused(other: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="Not an offset"):
        Offset.from_json(other)
