"""Archive the stream: every record of a Kinesis batch goes, byte for byte, into one object of the lake's raw/ folder.

It is the stream's second consumer, independent of the streaming job, and looks into no record: nothing a producer
sends can make it fail, so no record can block its shard. Only S3 itself can; then Lambda repeats the whole batch, and
the same records become the same object.
"""

import gzip
import json
import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import boto3

s3 = boto3.client("s3")
LAKE_BUCKET = os.environ["LAKE_BUCKET"]

Record = Mapping[str, Any]


def handle(event: Mapping[str, Any], _context: object) -> dict[str, int]:
    """Write the batch as one object for each stream and shard; answers how many records and objects that were."""
    shards: dict[tuple[str, str], list[Record]] = defaultdict(list)
    for record in event["Records"]:
        shards[stream_of(record), shard_of(record)].append(record)
    for (stream, shard), records in shards.items():
        s3.put_object(
            Bucket=LAKE_BUCKET,
            Key=key_of(stream, shard, records),
            Body=archive(stream, shard, records),
            ContentType="application/x-ndjson",
            ContentEncoding="gzip",
        )
    return {"records": len(event["Records"]), "objects": len(shards)}


def stream_of(record: Record) -> str:
    """The stream's name: the end of its ARN."""
    arn: str = record["eventSourceARN"]
    return arn.rpartition("/")[2]


def shard_of(record: Record) -> str:
    """The shard's id: the event id is `<shard id>:<sequence number>`."""
    event_id: str = record["eventID"]
    return event_id.partition(":")[0]


def key_of(stream: str, shard: str, records: Sequence[Record]) -> str:
    """`raw/<stream>/dt=…/hr=…/<shard>-<first>-<last>.jsonl.gz`, dated by the first record's arrival (UTC)."""
    first, last = (records[end]["kinesis"] for end in (0, -1))
    arrived = arrival_of(first)
    name = f"{shard}-{first['sequenceNumber']}-{last['sequenceNumber']}.jsonl.gz"
    return f"raw/{stream}/dt={arrived:%Y-%m-%d}/hr={arrived:%H}/{name}"


def archive(stream: str, shard: str, records: Sequence[Record]) -> bytes:
    """Gzipped JSON lines; the same records always give the same bytes."""
    lines = (json.dumps(line(stream, shard, record["kinesis"]), separators=(",", ":")) for record in records)
    return gzip.compress("\n".join([*lines, ""]).encode(), compresslevel=5, mtime=0)


def line(stream: str, shard: str, kinesis: Record) -> dict[str, str]:
    """What is kept of a record; `data` stays base64, as Lambda received it."""
    return {
        "stream_name": stream,
        "shard_id": shard,
        "partition_key": kinesis["partitionKey"],
        "sequence_number": kinesis["sequenceNumber"],
        "arrived_at": arrival_of(kinesis).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "data": kinesis["data"],
    }


def arrival_of(kinesis: Record) -> datetime:
    """When the stream took the record: Lambda gives seconds since 1970, with a fraction."""
    return datetime.fromtimestamp(round(kinesis["approximateArrivalTimestamp"] * 1000) / 1000, tz=UTC)
