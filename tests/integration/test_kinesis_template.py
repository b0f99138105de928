"""Kinesis through CloudFormation: a template's stream has every property that the template gives it."""

import json
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest

pytestmark = pytest.mark.processes("the stream's protocol is the same, however LocalStack is run")

Deploy = Callable[[dict[str, Any]], None]
MADE = {
    "Name": "from-template",
    "ShardCount": 2,
    "RetentionPeriodHours": 48,
    "StreamEncryption": {"EncryptionType": "KMS", "KeyId": "alias/aws/kinesis"},
    "Tags": [{"Key": "team", "Value": "media"}],
}


@pytest.fixture
def deploy(aws: Any) -> Iterator[Deploy]:
    """Create or update a stack of one stream with these properties."""
    cloudformation, name = aws("cloudformation"), f"test-{uuid4().hex[:8]}"
    created: list[str] = []

    def apply(properties: dict[str, Any]) -> None:
        resource = {"Type": "AWS::Kinesis::Stream", "Properties": properties}
        body = json.dumps({"Resources": {"S": resource}, "Outputs": {"Arn": {"Value": {"Fn::GetAtt": ["S", "Arn"]}}}})
        action, done = ("update", "stack_update_complete") if created else ("create", "stack_create_complete")
        getattr(cloudformation, f"{action}_stack")(StackName=name, TemplateBody=body)
        created.append(name)
        cloudformation.get_waiter(done).wait(StackName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 30})

    yield apply
    cloudformation.delete_stack(StackName=name)
    cloudformation.get_waiter("stack_delete_complete").wait(StackName=name, WaiterConfig={"Delay": 1})


def settings(kinesis: Any) -> dict[str, Any]:
    summary = kinesis.describe_stream_summary(StreamName=MADE["Name"])["StreamDescriptionSummary"]
    tags = kinesis.list_tags_for_stream(StreamName=MADE["Name"])["Tags"]
    names = ("OpenShardCount", "RetentionPeriodHours", "EncryptionType")
    return {name: summary[name] for name in names} | {"Tags": tags, "Mode": summary["StreamModeDetails"]["StreamMode"]}


def test_a_template_makes_the_stream_it_describes(aws: Any, deploy: Deploy) -> None:
    deploy(MADE)

    assert settings(aws("kinesis")) == {
        "OpenShardCount": 2,
        "RetentionPeriodHours": 48,
        "EncryptionType": "KMS",
        "Tags": MADE["Tags"],
        "Mode": "PROVISIONED",
    }


def test_an_update_changes_the_stream_and_keeps_its_records(aws: Any, deploy: Deploy) -> None:
    kinesis = aws("kinesis")
    deploy(MADE)
    put = kinesis.put_record(StreamName=MADE["Name"], PartitionKey="k", Data=b"kept")
    deploy({"Name": MADE["Name"], "ShardCount": 4, "Tags": [{"Key": "cost", "Value": "0"}]})

    assert settings(kinesis) == {
        "OpenShardCount": 4,
        "RetentionPeriodHours": 24,
        "EncryptionType": "NONE",
        "Tags": [{"Key": "cost", "Value": "0"}],
        "Mode": "PROVISIONED",
    }
    token = kinesis.get_shard_iterator(
        StreamName=MADE["Name"], ShardId=put["ShardId"], ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    assert [record["Data"] for record in kinesis.get_records(ShardIterator=token)["Records"]] == [b"kept"]
