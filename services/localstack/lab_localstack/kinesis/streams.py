"""The operations that make, describe and set up streams."""

from datetime import UTC, datetime
from itertools import islice
from typing import Any

from localstack.aws.api import RequestContext

from lab_localstack.kinesis.errors import in_use, invalid_argument, validation
from lab_localstack.kinesis.limits import MEBIBYTE
from lab_localstack.kinesis.store import Caller, StreamStore
from lab_localstack.kinesis.stream import Stream

Request = dict[str, Any]
Answer = dict[str, Any]

ON_DEMAND_SHARDS = 4
SHARD_LIMIT = 20_000
_DAY = 24
_YEAR = 8760
_MODES = ("PROVISIONED", "ON_DEMAND")


def caller_of(context: RequestContext) -> Caller:
    """Whose streams a request means."""
    return Caller(context.account_id, context.region)


class StreamOperations:
    """CreateStream to ListTagsForStream; a new stream is ACTIVE at once, a deleted one gone at once."""

    streams: StreamStore

    def create_stream(self, context: RequestContext, request: Request) -> None:
        mode = _mode(request.get("StreamModeDetails") or {"StreamMode": "PROVISIONED"})
        default = ON_DEMAND_SHARDS if mode == "ON_DEMAND" else 0
        caller = caller_of(context)
        stream = self.streams.create(caller, request["StreamName"], mode, request.get("ShardCount") or default)
        stream.tags = dict(request.get("Tags") or {})
        if size := request.get("MaxRecordSizeInKiB"):
            stream.max_record_size = _record_size(size)

    def delete_stream(self, context: RequestContext, request: Request) -> None:
        self.streams.delete(caller_of(context), self._stream(context, request))

    def describe_stream(self, context: RequestContext, request: Request) -> Answer:
        stream = self._stream(context, request)
        limit, after = request.get("Limit") or 100, request.get("ExclusiveStartShardId") or ""
        with stream.lock:
            stream.trim()
            shards = [shard.describe() for shard in stream.shards.values() if shard.id > after]
        description = _summary(stream) | {"Shards": shards[:limit], "HasMoreShards": len(shards) > limit}
        return {"StreamDescription": description}

    def describe_stream_summary(self, context: RequestContext, request: Request) -> Answer:
        stream = self._stream(context, request)
        more = {
            "OpenShardCount": len(stream.open),
            "ConsumerCount": 0,
            "MaxRecordSizeInKiB": stream.max_record_size // 1024,
        }
        return {"StreamDescriptionSummary": _summary(stream) | more}

    def list_streams(self, context: RequestContext, request: Request) -> Answer:
        limit = request.get("Limit") or 100
        after = request.get("NextToken") or request.get("ExclusiveStartStreamName") or ""
        rest = [stream for name, stream in self.streams.named(caller_of(context)).items() if name > after]
        page, more = rest[:limit], len(rest) > limit
        answer: Answer = {
            "StreamNames": [stream.name for stream in page],
            "StreamSummaries": [_identity(stream) for stream in page],
            "HasMoreStreams": more,
        }
        return answer | {"NextToken": page[-1].name} if more else answer

    def describe_limits(self, context: RequestContext, request: Request) -> Answer:
        streams = self.streams.named(caller_of(context)).values()
        return {
            "ShardLimit": SHARD_LIMIT,
            "OpenShardCount": sum(len(stream.open) for stream in streams),
            "OnDemandStreamCount": sum(stream.mode == "ON_DEMAND" for stream in streams),
            "OnDemandStreamCountLimit": 50,
        }

    def increase_stream_retention_period(self, context: RequestContext, request: Request) -> None:
        stream, hours = self._stream(context, request), request["RetentionPeriodHours"]
        if not stream.retention_hours <= hours <= _YEAR:
            raise invalid_argument(
                f"Requested retention period ({hours} hours) for stream {stream.name} must be "
                f"from {stream.retention_hours} (its present one) to {_YEAR} hours."
            )
        stream.retention_hours = hours

    def decrease_stream_retention_period(self, context: RequestContext, request: Request) -> None:
        stream, hours = self._stream(context, request), request["RetentionPeriodHours"]
        if not _DAY <= hours <= stream.retention_hours:
            raise invalid_argument(
                f"Requested retention period ({hours} hours) for stream {stream.name} must be "
                f"from {_DAY} to {stream.retention_hours} hours (its present one)."
            )
        stream.retention_hours = hours

    def update_stream_mode(self, context: RequestContext, request: Request) -> None:
        self._stream(context, request).mode = _mode(request["StreamModeDetails"])

    def update_max_record_size(self, context: RequestContext, request: Request) -> None:
        self._stream(context, request).max_record_size = _record_size(request["MaxRecordSizeInKiB"])

    def start_stream_encryption(self, context: RequestContext, request: Request) -> None:
        """Kept as the stream's setting and shown; nothing is encrypted on a loopback address."""
        if request["EncryptionType"] != "KMS":
            raise invalid_argument(f"EncryptionType {request['EncryptionType']} is not valid: it must be KMS.")
        self._stream(context, request).key_id = request["KeyId"]

    def stop_stream_encryption(self, context: RequestContext, request: Request) -> None:
        stream = self._stream(context, request)
        if stream.key_id is None:
            raise in_use(f"Stream {stream.name} is not encrypted.")
        stream.key_id = None

    def add_tags_to_stream(self, context: RequestContext, request: Request) -> None:
        _add_tags(self._stream(context, request), request["Tags"])

    def remove_tags_from_stream(self, context: RequestContext, request: Request) -> None:
        _remove_tags(self._stream(context, request), request["TagKeys"])

    def list_tags_for_stream(self, context: RequestContext, request: Request) -> Answer:
        tags = self._stream(context, request).tags
        limit, after = request.get("Limit") or 50, request.get("ExclusiveStartTagKey") or ""
        rest = [{"Key": key, "Value": value} for key, value in sorted(tags.items()) if key > after]
        return {"Tags": list(islice(rest, limit)), "HasMoreTags": len(rest) > limit}

    def tag_resource(self, context: RequestContext, request: Request) -> None:
        _add_tags(self.streams.by_arn(request["ResourceARN"]), request["Tags"])

    def untag_resource(self, context: RequestContext, request: Request) -> None:
        _remove_tags(self.streams.by_arn(request["ResourceARN"]), request["TagKeys"])

    def list_tags_for_resource(self, context: RequestContext, request: Request) -> Answer:
        tags = self.streams.by_arn(request["ResourceARN"]).tags
        return {"Tags": [{"Key": key, "Value": value} for key, value in sorted(tags.items())]}

    def _stream(self, context: RequestContext, request: Request) -> Stream:
        return self.streams.find(caller_of(context), request)


def moment(tick: int) -> datetime:
    """A tick as the API's Timestamp, which has whole seconds for streams."""
    return datetime.fromtimestamp(tick // 1_000_000, UTC)


def _identity(stream: Stream) -> Answer:
    return {
        "StreamName": stream.name,
        "StreamARN": stream.arn,
        "StreamStatus": "ACTIVE",
        "StreamModeDetails": {"StreamMode": stream.mode},
        "StreamCreationTimestamp": moment(stream.created),
    }


def _summary(stream: Stream) -> Answer:
    encryption = {"EncryptionType": "KMS", "KeyId": stream.key_id} if stream.key_id else {"EncryptionType": "NONE"}
    settings = {"RetentionPeriodHours": stream.retention_hours, "EnhancedMonitoring": [{"ShardLevelMetrics": []}]}
    return _identity(stream) | settings | encryption


def _mode(details: dict[str, str]) -> str:
    mode = details.get("StreamMode", "")
    if mode not in _MODES:
        raise validation(f"Value '{mode}' at 'streamMode' failed to satisfy constraint: one of {', '.join(_MODES)}")
    return mode


def _record_size(kibibytes: int) -> int:
    if not 1024 <= kibibytes <= 10_240:
        raise validation(f"Value '{kibibytes}' at 'maxRecordSizeInKiB' failed to satisfy constraint: 1024 to 10240")
    return kibibytes * (MEBIBYTE // 1024)


def _add_tags(stream: Stream, tags: dict[str, str]) -> None:
    merged = stream.tags | tags
    if len(merged) > 50:
        raise invalid_argument(f"Stream {stream.name} would have {len(merged)} tags; at most 50 are allowed.")
    stream.tags = merged


def _remove_tags(stream: Stream, keys: list[str]) -> None:
    stream.tags = {key: value for key, value in stream.tags.items() if key not in keys}
