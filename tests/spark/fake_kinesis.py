"""A Kinesis in memory with the four calls of the source: enough to lose it, split it and make it anew in a test."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError, EndpointConnectionError

CREATED = 1_767_225_600.0


@dataclass
class FakeShard:
    """A shard: its records are (sequence number, data)."""

    shard_id: str
    parents: tuple[str, ...] = ()
    closed: bool = False
    records: list[tuple[int, bytes]] = field(default_factory=list)


class FakeKinesis:
    """The client that `Stream` calls; iterators are 'shard/number of records already given/age of the stream'."""

    def __init__(self, shards: int = 1) -> None:
        self.created = CREATED
        self.refuse = 0
        self.exists = True
        self.calls: list[str] = []
        self.shards = {name: FakeShard(name) for name in (f"shardId-{index:012d}" for index in range(shards))}
        self._next = 100

    def put(self, shard_id: str, *data: bytes) -> None:
        """Append records."""
        for item in data:
            self._next += 1
            self.shards[shard_id].records.append((self._next, item))

    def split(self, parent: str, *children: str) -> None:
        """Close a shard; its children are listed from now on."""
        self.shards[parent].closed = True
        self.shards |= {child: FakeShard(child, (parent,)) for child in children}

    def recreate(self) -> None:
        """The emulator lost its state and the stream was deployed again: same names, other records."""
        self.created += 3600
        self.shards = {name: FakeShard(name) for name in self.shards}
        self._next = 0

    def describe_stream_summary(self, **_: Any) -> dict[str, Any]:
        self._called("describe_stream_summary")
        if not self.exists:
            raise ClientError({"Error": {"Code": "ResourceNotFoundException"}}, "DescribeStreamSummary")
        return {"StreamDescriptionSummary": {"StreamCreationTimestamp": self.created}}

    def list_shards(self, **_: Any) -> dict[str, Any]:
        self._called("list_shards")
        names = ("ParentShardId", "AdjacentParentShardId")
        return {
            "Shards": [
                {"ShardId": shard.shard_id, **dict(zip(names, shard.parents, strict=False))}
                for shard in self.shards.values()
            ]
        }

    def get_shard_iterator(self, **question: Any) -> dict[str, Any]:
        self._called("get_shard_iterator")
        shard = self.shards[question["ShardId"]]
        after = int(question.get("StartingSequenceNumber", 0))
        start = sum(1 for number, _ in shard.records if number <= after)
        return {"ShardIterator": f"{shard.shard_id}/{start}/{self.created}"}

    def get_records(self, **question: Any) -> dict[str, Any]:
        self._called("get_records")
        shard_id, start, age = question["ShardIterator"].split("/")
        if float(age) != self.created:
            raise ClientError({"Error": {"Code": "ExpiredIteratorException"}}, "GetRecords")
        shard = self.shards[shard_id]
        end = int(start) + question["Limit"]
        records = shard.records[int(start) : end]
        at_tip = end >= len(shard.records)
        return {
            "Records": [
                {"SequenceNumber": str(number), "Data": data, "PartitionKey": "k", "ApproximateArrivalTimestamp": 1.5}
                for number, data in records
            ],
            "NextShardIterator": None if shard.closed and at_tip else f"{shard_id}/{int(start) + len(records)}/{age}",
            "MillisBehindLatest": 0 if at_tip else 1000,
        }

    def _called(self, name: str) -> None:
        self.calls.append(name)
        if self.refuse:
            self.refuse -= 1
            raise EndpointConnectionError(endpoint_url="http://localhost:1")
