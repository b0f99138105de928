"""AWS::Kinesis::Stream with all its properties. LocalStack's own ignores retention, encryption, tags and every update.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kinesis-stream.html
"""

from typing import Any

from botocore.exceptions import ClientError
from localstack.services.cloudformation import provider_utils
from localstack.services.cloudformation.resource_provider import OperationStatus, ProgressEvent, ResourceRequest
from localstack.services.kinesis.resource_providers.aws_kinesis_stream import KinesisStreamProvider

_RETENTION = 24


class StreamResource(KinesisStreamProvider):
    """Creates and updates a stream in one step: our streams are active at once. Deletion is LocalStack's."""

    def create(self, request: ResourceRequest[dict[str, Any]]) -> ProgressEvent[dict[str, Any]]:
        """A stream as the template describes it."""
        wanted, kinesis = request.desired_state, request.aws_client_factory.kinesis
        wanted.setdefault("Name", provider_utils.generate_default_name(request.stack_name, request.logical_resource_id))
        mode = _mode(wanted)
        shards = {"ShardCount": int(wanted["ShardCount"])} if "ShardCount" in wanted else {}
        try:
            kinesis.create_stream(StreamName=wanted["Name"], StreamModeDetails={"StreamMode": mode}, **shards)
            _bring_in_line(kinesis, wanted)
        except ClientError as error:
            return _failed(error)
        return _done(kinesis, wanted)

    def update(self, request: ResourceRequest[dict[str, Any]]) -> ProgressEvent[dict[str, Any]]:
        """Change what differs; records stay."""
        wanted, kinesis = request.desired_state, request.aws_client_factory.kinesis
        wanted.setdefault("Name", request.previous_state["Name"])
        try:
            _bring_in_line(kinesis, wanted)
        except ClientError as error:
            return _failed(error)
        return _done(kinesis, wanted)


def _bring_in_line(kinesis: Any, wanted: dict[str, Any]) -> None:
    name = wanted["Name"]
    found = kinesis.describe_stream_summary(StreamName=name)["StreamDescriptionSummary"]
    if found["StreamModeDetails"]["StreamMode"] != _mode(wanted):
        kinesis.update_stream_mode(StreamARN=found["StreamARN"], StreamModeDetails={"StreamMode": _mode(wanted)})
    if _mode(wanted) == "PROVISIONED" and found["OpenShardCount"] != (count := int(wanted["ShardCount"])):
        kinesis.update_shard_count(StreamName=name, TargetShardCount=count, ScalingType="UNIFORM_SCALING")
    _retain(kinesis, name, found["RetentionPeriodHours"], int(wanted.get("RetentionPeriodHours", _RETENTION)))
    _encrypt(kinesis, name, found.get("KeyId"), wanted.get("StreamEncryption", {}).get("KeyId"))
    _tag(kinesis, name, {tag["Key"]: tag["Value"] for tag in wanted.get("Tags", [])})


def _retain(kinesis: Any, name: str, found: int, wanted: int) -> None:
    if wanted > found:
        kinesis.increase_stream_retention_period(StreamName=name, RetentionPeriodHours=wanted)
    elif wanted < found:
        kinesis.decrease_stream_retention_period(StreamName=name, RetentionPeriodHours=wanted)


def _encrypt(kinesis: Any, name: str, found: str | None, wanted: str | None) -> None:
    if wanted is not None and wanted != found:
        kinesis.start_stream_encryption(StreamName=name, EncryptionType="KMS", KeyId=wanted)
    elif wanted is None and found is not None:
        kinesis.stop_stream_encryption(StreamName=name, EncryptionType="KMS", KeyId=found)


def _tag(kinesis: Any, name: str, wanted: dict[str, str]) -> None:
    found = {tag["Key"] for tag in kinesis.list_tags_for_stream(StreamName=name)["Tags"]}
    if gone := sorted(found - wanted.keys()):
        kinesis.remove_tags_from_stream(StreamName=name, TagKeys=gone)
    if wanted:
        kinesis.add_tags_to_stream(StreamName=name, Tags=wanted)


def _mode(wanted: dict[str, Any]) -> str:
    return str(wanted.get("StreamModeDetails", {}).get("StreamMode", "PROVISIONED"))


def _done(kinesis: Any, wanted: dict[str, Any]) -> ProgressEvent[dict[str, Any]]:
    found = kinesis.describe_stream_summary(StreamName=wanted["Name"])["StreamDescriptionSummary"]
    return ProgressEvent(status=OperationStatus.SUCCESS, resource_model=wanted | {"Arn": found["StreamARN"]})


def _failed(error: ClientError) -> ProgressEvent[dict[str, Any]]:
    return ProgressEvent(status=OperationStatus.FAILED, resource_model={}, message=str(error))
