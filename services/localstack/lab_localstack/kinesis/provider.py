"""Kinesis Data Streams as LocalStack serves it: every protocol, by the operations' parsed requests.

Enhanced fan-out (RegisterStreamConsumer, SubscribeToShard) and resource policies are refused: NotImplementedException.
Records live in memory, and in the stream's log where it has one: `lab_localstack.persistence` gives it one.
"""

from datetime import UTC, datetime
from typing import Any

from localstack.aws.api import RequestContext
from localstack.state import StateVisitor

from lab_localstack.kinesis import data_plane, limits, sequence
from lab_localstack.kinesis.iterator import ShardIterator, starting_position
from lab_localstack.kinesis.shard import Record, Shard
from lab_localstack.kinesis.shards import ShardOperations
from lab_localstack.kinesis.store import StreamStore
from lab_localstack.kinesis.streams import Answer, Request, StreamOperations, caller_of
from lab_localstack.service import ServiceProvider

STREAMS = StreamStore()


class KinesisProvider(StreamOperations, ShardOperations, ServiceProvider):
    """All operations over one store, which `fast_path` serves as well."""

    service = "kinesis"

    def __init__(self, streams: StreamStore = STREAMS) -> None:
        super().__init__()
        self.streams = streams
        limits.enforced()

    def accept_state_visitor(self, visitor: StateVisitor) -> None:
        visitor.visit(self.streams)

    def put_record(self, context: RequestContext, request: Request) -> Answer:
        return data_plane.put_record(self.streams, caller_of(context), request)

    def put_records(self, context: RequestContext, request: Request) -> Answer:
        return data_plane.put_records(self.streams, caller_of(context), request)

    def get_shard_iterator(self, context: RequestContext, request: Request) -> Answer:
        stream = self.streams.find(caller_of(context), request)
        with stream.lock:
            shard = stream.shard(request["ShardId"])
            position = starting_position(stream, shard, request)
            return {"ShardIterator": ShardIterator.at(stream, shard, position).encode()}

    def get_records(self, context: RequestContext, request: Request) -> Answer:
        batch = data_plane.get_records(self.streams, request)
        answer: Answer = {
            "Records": [_record(record, batch.encryption) for record in batch.records],
            "MillisBehindLatest": batch.millis_behind,
        }
        if batch.next_iterator is None:
            return answer | {"ChildShards": [describe_child(child) for child in batch.children]}
        return answer | {"NextShardIterator": batch.next_iterator}


def describe_child(child: Shard) -> dict[str, Any]:
    """The shape `ChildShard` of the API."""
    described = child.describe()
    return {"ShardId": child.id, "ParentShards": list(child.parents), "HashKeyRange": described["HashKeyRange"]}


def _record(record: Record, encryption: str | None) -> Answer:
    answer: Answer = {
        "SequenceNumber": str(record.number),
        "ApproximateArrivalTimestamp": datetime.fromtimestamp(sequence.arrival_of(record.number), UTC),
        "Data": record.data,
        "PartitionKey": record.partition_key,
    }
    return answer | {"EncryptionType": encryption} if encryption else answer
