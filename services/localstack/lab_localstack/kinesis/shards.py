"""The operations on a stream's shards: listing and resharding."""

import base64
import binascii
import json
from datetime import datetime
from typing import Any

from localstack.aws.api import RequestContext

from lab_localstack.kinesis import sequence
from lab_localstack.kinesis.errors import invalid_argument
from lab_localstack.kinesis.shard import Shard
from lab_localstack.kinesis.store import StreamStore
from lab_localstack.kinesis.stream import Stream
from lab_localstack.kinesis.streams import Answer, Request, caller_of
from lab_localstack.service import AwsError

_TOKEN_LIFETIME = 300 * 1_000_000
_MAX_RESULTS = 1000


class ShardOperations:
    """ListShards, SplitShard, MergeShards, UpdateShardCount; resharding takes effect at once."""

    streams: StreamStore

    def list_shards(self, context: RequestContext, request: Request) -> Answer:
        stream, shard_filter, after = self._listing(context, request)
        limit = min(request.get("MaxResults") or _MAX_RESULTS, 10_000)
        with stream.lock:
            stream.trim()
            rest = [each for each in stream.shards.values() if each.id > after and _passes(stream, each, shard_filter)]
            answer: Answer = {"Shards": [shard.describe() for shard in rest[:limit]]}
        if len(rest) > limit:
            answer["NextToken"] = _encode_token(stream, shard_filter, rest[limit - 1].id)
        return answer

    def split_shard(self, context: RequestContext, request: Request) -> None:
        stream = self.streams.find(caller_of(context), request)
        text = request["NewStartingHashKey"]
        if not text.isdecimal():
            raise invalid_argument(f"NewStartingHashKey {text!r} is not an integer.")
        with stream.lock:
            stream.split(stream.shard(request["ShardToSplit"]), int(text))

    def merge_shards(self, context: RequestContext, request: Request) -> None:
        stream = self.streams.find(caller_of(context), request)
        with stream.lock:
            stream.merge(stream.shard(request["ShardToMerge"]), stream.shard(request["AdjacentShardToMerge"]))

    def update_shard_count(self, context: RequestContext, request: Request) -> Answer:
        stream, target = self.streams.find(caller_of(context), request), request["TargetShardCount"]
        if request["ScalingType"] != "UNIFORM_SCALING":
            raise invalid_argument(f"ScalingType {request['ScalingType']} is not valid: it must be UNIFORM_SCALING.")
        with stream.lock:
            current = len(stream.open)
            if not (current + 1) // 2 <= target <= current * 2:
                raise invalid_argument(
                    f"UpdateShardCount cannot take stream {stream.name} from {current} to {target} shards: "
                    f"{(current + 1) // 2} (half) to {current * 2} (double) are possible in one step."
                )
            stream.scale(target)
        return {
            "StreamName": stream.name,
            "StreamARN": stream.arn,
            "CurrentShardCount": current,
            "TargetShardCount": target,
        }

    def _listing(self, context: RequestContext, request: Request) -> tuple[Stream, Request, str]:
        token = request.get("NextToken")
        if token is None:
            shard_filter = request.get("ShardFilter") or {}
            after = request.get("ExclusiveStartShardId") or ""
            if shard_filter.get("Type") == "AFTER_SHARD_ID":
                after = shard_filter.get("ShardId") or ""
            return self.streams.find(caller_of(context), request), shard_filter, after
        if request.get("StreamName"):
            raise invalid_argument("NextToken and StreamName cannot be provided together.")
        arn, shard_filter, after = _decode_token(token)
        return self.streams.by_arn(arn), shard_filter, after


def _passes(stream: Stream, shard: Shard, shard_filter: Request) -> bool:
    """ShardFilter, as https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ShardFilter.html explains it."""
    horizon = stream.horizon(sequence.now())
    match shard_filter.get("Type"):
        case "AT_LATEST":
            return shard.closed is None
        case "AT_TRIM_HORIZON":
            return _open_at(shard, horizon)
        case "AT_TIMESTAMP":
            return _open_at(shard, max(horizon, _tick(shard_filter)))
        case "FROM_TIMESTAMP":
            return shard.closed is None or shard.closed >= _tick(shard_filter)
        case None | "FROM_TRIM_HORIZON" | "AFTER_SHARD_ID":
            return True
        case other:
            raise invalid_argument(f"ShardFilter type {other!r} is not known.")


def _open_at(shard: Shard, tick: int) -> bool:
    return shard.created <= tick and (shard.closed is None or shard.closed > tick)


def _tick(shard_filter: Request) -> int:
    timestamp: Any = shard_filter.get("Timestamp")
    if isinstance(timestamp, datetime):
        return round(timestamp.timestamp() * 1_000_000)
    if isinstance(timestamp, int):
        return timestamp
    raise invalid_argument("A ShardFilter by timestamp needs a Timestamp.")


def _encode_token(stream: Stream, shard_filter: Request, after: str) -> str:
    plain = {key: _tick(shard_filter) if key == "Timestamp" else value for key, value in shard_filter.items()}
    text = json.dumps([stream.arn, plain, after, sequence.now()])
    return base64.b64encode(text.encode()).decode()


def _decode_token(token: str) -> tuple[str, Request, str]:
    try:
        arn, shard_filter, after, issued = json.loads(base64.b64decode(token, validate=True))
    except (binascii.Error, ValueError) as error:
        raise invalid_argument("Invalid NextToken: it was not issued by this service.") from error
    if sequence.now() - issued > _TOKEN_LIFETIME:
        raise AwsError("ExpiredNextTokenException", "NextToken is valid for 300 seconds: list the shards again.")
    return arn, shard_filter, after
