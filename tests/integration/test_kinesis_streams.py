"""Kinesis through boto3: streams, shards and their settings."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import boto3
import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.processes("the stream's protocol is the same, however LocalStack is run")


@pytest.fixture
def kinesis(aws: Any) -> Any:
    return aws("kinesis")


@pytest.fixture
def stream(kinesis: Any) -> Iterator[str]:
    """A stream of two shards."""
    name = f"test-{uuid4().hex[:8]}"
    kinesis.create_stream(StreamName=name, ShardCount=2, Tags={"made": "with it"})
    yield name
    kinesis.delete_stream(StreamName=name)


def summary(kinesis: Any, stream: str) -> dict[str, Any]:
    found: dict[str, Any] = kinesis.describe_stream_summary(StreamName=stream)["StreamDescriptionSummary"]
    return found


def open_shards(kinesis: Any, stream: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = kinesis.list_shards(StreamName=stream, ShardFilter={"Type": "AT_LATEST"})["Shards"]
    return found


def test_a_new_stream_is_active_and_its_shards_cover_every_hash_key(kinesis: Any, stream: str) -> None:
    description = kinesis.describe_stream(StreamName=stream)["StreamDescription"]

    assert description["StreamStatus"] == "ACTIVE"
    assert description["StreamModeDetails"] == {"StreamMode": "PROVISIONED"}
    assert description["RetentionPeriodHours"] == 24
    assert [shard["HashKeyRange"] for shard in description["Shards"]] == [
        {"StartingHashKey": "0", "EndingHashKey": str(2**127 - 1)},
        {"StartingHashKey": str(2**127), "EndingHashKey": str(2**128 - 1)},
    ]


def test_a_deleted_stream_is_gone(kinesis: Any) -> None:
    kinesis.create_stream(StreamName="short-lived", ShardCount=1)
    kinesis.delete_stream(StreamName="short-lived")

    with pytest.raises(kinesis.exceptions.ResourceNotFoundException, match=r"Stream short-lived under account 0{12}"):
        kinesis.describe_stream(StreamName="short-lived")


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        pytest.param({"StreamName": "a b", "ShardCount": 1}, "ValidationException", id="name"),
        pytest.param({"StreamName": "ab"}, "InvalidArgumentException", id="shards not given"),
        pytest.param(
            {"StreamName": "ab", "StreamModeDetails": {"StreamMode": "FREE"}}, "ValidationException", id="mode"
        ),
    ],
)
def test_a_stream_that_aws_refuses_is_not_made(kinesis: Any, parameters: dict[str, Any], code: str) -> None:
    with pytest.raises(ClientError) as refusal:
        kinesis.create_stream(**parameters)
    assert refusal.value.response["Error"]["Code"] == code


def test_a_stream_is_made_once(kinesis: Any, stream: str) -> None:
    with pytest.raises(kinesis.exceptions.ResourceInUseException, match="already exists"):
        kinesis.create_stream(StreamName=stream, ShardCount=1)


def test_streams_are_listed_page_by_page(kinesis: Any) -> None:
    names = [f"page-{each}" for each in range(5)]
    for name in names:
        kinesis.create_stream(StreamName=name, ShardCount=1)
    pages = kinesis.get_paginator("list_streams").paginate(PaginationConfig={"PageSize": 2})
    listed = [name for page in pages for name in page["StreamNames"]]
    for name in names:
        kinesis.delete_stream(StreamName=name)

    assert [name for name in listed if name.startswith("page-")] == names


def test_shards_are_listed_page_by_page(kinesis: Any, stream: str) -> None:
    kinesis.update_shard_count(StreamName=stream, TargetShardCount=4, ScalingType="UNIFORM_SCALING")
    listed, request = [], {"StreamName": stream, "MaxResults": 4}
    while request:
        answer = kinesis.list_shards(**request)
        listed += [shard["ShardId"] for shard in answer["Shards"]]
        request = {"NextToken": answer["NextToken"]} if "NextToken" in answer else {}

    assert listed == [f"shardId-{each:012d}" for each in range(6)]


def test_records_of_a_split_shard_are_read_to_its_end_and_then_in_its_children(kinesis: Any, stream: str) -> None:
    first = open_shards(kinesis, stream)[0]
    kinesis.put_record(StreamName=stream, PartitionKey="k", ExplicitHashKey="0", Data=b"before")
    kinesis.split_shard(StreamName=stream, ShardToSplit=first["ShardId"], NewStartingHashKey=str(2**126))
    after = kinesis.put_record(StreamName=stream, PartitionKey="k", ExplicitHashKey="0", Data=b"after")

    token = kinesis.get_shard_iterator(StreamName=stream, ShardId=first["ShardId"], ShardIteratorType="TRIM_HORIZON")[
        "ShardIterator"
    ]
    parent = kinesis.get_records(ShardIterator=token)
    assert [record["Data"] for record in parent["Records"]] == [b"before"]
    assert "NextShardIterator" not in parent
    assert [child["ParentShards"] for child in parent["ChildShards"]] == [[first["ShardId"]]] * 2
    assert after["ShardId"] in [child["ShardId"] for child in parent["ChildShards"]]


def test_merged_shards_have_one_child_with_two_parents(kinesis: Any, stream: str) -> None:
    low, high = (shard["ShardId"] for shard in open_shards(kinesis, stream))
    kinesis.merge_shards(StreamName=stream, ShardToMerge=low, AdjacentShardToMerge=high)
    (child,) = open_shards(kinesis, stream)

    assert (child["ParentShardId"], child["AdjacentParentShardId"]) == (low, high)
    closed = [shard for shard in kinesis.list_shards(StreamName=stream)["Shards"] if shard["ShardId"] in (low, high)]
    assert all("EndingSequenceNumber" in shard["SequenceNumberRange"] for shard in closed)


@pytest.mark.parametrize("target", [1, 3, 4])
def test_the_shard_count_is_updated_to_even_shards(kinesis: Any, stream: str, target: int) -> None:
    answer = kinesis.update_shard_count(StreamName=stream, TargetShardCount=target, ScalingType="UNIFORM_SCALING")

    assert (answer["CurrentShardCount"], answer["TargetShardCount"]) == (2, target)
    starts = sorted(int(shard["HashKeyRange"]["StartingHashKey"]) for shard in open_shards(kinesis, stream))
    assert starts == [2**128 * each // target for each in range(target)]
    assert summary(kinesis, stream)["OpenShardCount"] == target


def test_more_than_double_the_shards_is_refused(kinesis: Any, stream: str) -> None:
    with pytest.raises(kinesis.exceptions.InvalidArgumentException, match="from 2 to 5 shards"):
        kinesis.update_shard_count(StreamName=stream, TargetShardCount=5, ScalingType="UNIFORM_SCALING")


def test_retention_can_be_raised_and_lowered_in_its_range(kinesis: Any, stream: str) -> None:
    kinesis.increase_stream_retention_period(StreamName=stream, RetentionPeriodHours=48)
    assert summary(kinesis, stream)["RetentionPeriodHours"] == 48

    kinesis.decrease_stream_retention_period(StreamName=stream, RetentionPeriodHours=24)
    assert summary(kinesis, stream)["RetentionPeriodHours"] == 24

    with pytest.raises(kinesis.exceptions.InvalidArgumentException, match="23 hours"):
        kinesis.decrease_stream_retention_period(StreamName=stream, RetentionPeriodHours=23)


def test_encryption_is_shown_until_it_is_stopped(kinesis: Any, stream: str) -> None:
    kinesis.start_stream_encryption(StreamName=stream, EncryptionType="KMS", KeyId="alias/aws/kinesis")
    put = kinesis.put_record(StreamName=stream, PartitionKey="k", Data=b"x")
    encrypted = summary(kinesis, stream)
    kinesis.stop_stream_encryption(StreamName=stream, EncryptionType="KMS", KeyId="alias/aws/kinesis")

    assert put["EncryptionType"] == "KMS"
    assert (encrypted["EncryptionType"], encrypted["KeyId"]) == ("KMS", "alias/aws/kinesis")
    assert summary(kinesis, stream)["EncryptionType"] == "NONE"


def test_tags_are_added_listed_and_removed(kinesis: Any, stream: str) -> None:
    arn = summary(kinesis, stream)["StreamARN"]
    kinesis.add_tags_to_stream(StreamName=stream, Tags={"team": "media"})
    kinesis.tag_resource(ResourceARN=arn, Tags={"cost": "0"})
    kinesis.remove_tags_from_stream(StreamName=stream, TagKeys=["made"])

    tags = {tag["Key"]: tag["Value"] for tag in kinesis.list_tags_for_stream(StreamName=stream)["Tags"]}
    assert tags == {"team": "media", "cost": "0"}
    assert kinesis.list_tags_for_resource(ResourceARN=arn)["Tags"] == [
        {"Key": "cost", "Value": "0"},
        {"Key": "team", "Value": "media"},
    ]


def test_accounts_and_regions_have_streams_of_their_own(lab: Any, localstack: Any, stream: str) -> None:
    other = boto3.client(
        "kinesis",
        endpoint_url=lab.environment["AWS_ENDPOINT_URL"],
        region_name="eu-central-1",
        aws_access_key_id="123456789012",
        aws_secret_access_key="test",
    )
    assert stream not in other.list_streams()["StreamNames"]

    with pytest.raises(other.exceptions.ResourceNotFoundException, match=f"{stream} under account 123456789012"):
        other.put_record(StreamName=stream, PartitionKey="k", Data=b"x")
