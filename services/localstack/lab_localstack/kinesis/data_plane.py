"""Putting and getting records, whatever the protocol: requests come in with decoded data and go out as plain values."""

from collections.abc import Sequence
from hashlib import md5
from typing import Any, NamedTuple

from lab_localstack.kinesis import sequence
from lab_localstack.kinesis.errors import invalid_argument, throughput_exceeded, validation
from lab_localstack.kinesis.iterator import ShardIterator
from lab_localstack.kinesis.limits import MEBIBYTE
from lab_localstack.kinesis.shard import HASH_KEYS, Record, Shard
from lab_localstack.kinesis.store import Caller, StreamStore
from lab_localstack.kinesis.stream import Entry, Placed, Stream

MAX_RECORDS = 500
MAX_REQUEST_SIZE = 10 * MEBIBYTE
MAX_READ = 10_000
MAX_READ_SIZE = 10 * MEBIBYTE


class Batch(NamedTuple):
    """The answer to GetRecords; `next_iterator` is None at the end of a closed shard, whose children follow."""

    records: list[Record]
    next_iterator: str | None
    millis_behind: int
    children: Sequence[Shard]
    encryption: str | None


def put_record(streams: StreamStore, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """PutRecord: the shard and the sequence number of the stored record."""
    stream = streams.find(caller, request)
    (placed,) = stream.put([_entry(stream, request, "")])
    if placed.number is None:
        raise throughput_exceeded(_rate_exceeded(stream, placed))
    return {"ShardId": placed.shard_id, "SequenceNumber": str(placed.number), **_encryption(stream)}


def put_records(streams: StreamStore, caller: Caller, request: dict[str, Any]) -> dict[str, Any]:
    """PutRecords: one result for each record, in their order; those above a shard's limits carry an ErrorCode."""
    stream = streams.find(caller, request)
    records = request.get("Records") or []
    if not 1 <= len(records) <= MAX_RECORDS:
        raise validation(
            f"Value of length {len(records)} at 'records' failed to satisfy constraint: "
            f"Member must have length between 1 and {MAX_RECORDS}"
        )
    entries = [_entry(stream, record, f"records.{index}.member.") for index, record in enumerate(records, 1)]
    if sum(entry.size for entry in entries) > MAX_REQUEST_SIZE:
        raise invalid_argument(f"Records size exceeds {MAX_REQUEST_SIZE // MEBIBYTE} MB limit.")
    results = [_result(stream, placed) for placed in stream.put(entries)]
    failed = sum("ErrorCode" in result for result in results)
    return {"FailedRecordCount": failed, "Records": results, **_encryption(stream)}


def get_records(streams: StreamStore, request: dict[str, Any]) -> Batch:
    """GetRecords: what follows the iterator, up to Limit records and 10 MiB."""
    iterator = ShardIterator.decode(request.get("ShardIterator") or "")
    limit = request.get("Limit") or MAX_READ
    if not 1 <= limit <= MAX_READ:
        raise validation(f"Value '{limit}' at 'limit' failed to satisfy constraint: must be between 1 and {MAX_READ}")
    stream = streams.by_arn(iterator.stream_arn)
    iterator.check(stream)
    with stream.lock:
        stream.trim()
        shard = stream.shard(iterator.shard_id)
        if shard.reads is not None and not shard.reads.take(sequence.now(), 0):
            raise throughput_exceeded(f"Rate exceeded for shard {shard.id} in stream {stream.name}.")
        records = shard.read(iterator.position, limit, MAX_READ_SIZE)
        position = records[-1].number + 1 if records else iterator.position
        return _batch(stream, shard, records, position)


def _batch(stream: Stream, shard: Shard, records: list[Record], position: int) -> Batch:
    encryption = "KMS" if stream.key_id else None
    unread = shard.next_from(position)
    if unread is None and shard.closed is not None:
        return Batch(records, None, 0, shard.children, encryption)
    behind = 0 if unread is None else max(1, (sequence.now() - sequence.tick_of(unread.number)) // 1000)
    return Batch(records, ShardIterator.at(stream, shard, position).encode(), behind, (), encryption)


def _entry(stream: Stream, record: dict[str, Any], where: str) -> Entry:
    key, data = record.get("PartitionKey"), record.get("Data")
    if not isinstance(key, str) or not 1 <= len(key) <= 256:
        raise validation(f"Value at '{where}partitionKey' failed to satisfy constraint: must be 1 to 256 characters")
    if not isinstance(data, bytes):
        raise validation(f"Value at '{where}data' failed to satisfy constraint: Member must not be null")
    encoded_key = key.encode()
    if len(data) + len(encoded_key) > stream.max_record_size:
        raise validation(
            f"Value at '{where}data' failed to satisfy constraint: "
            f"Member must have length less than or equal to {stream.max_record_size}, partition key included"
        )
    explicit = record.get("ExplicitHashKey")
    return Entry(_hash_key(encoded_key) if explicit is None else _explicit(explicit), key, data)


def _hash_key(partition_key: bytes) -> int:
    return int.from_bytes(md5(partition_key, usedforsecurity=False).digest())


def _explicit(text: str) -> int:
    if not text.isdecimal() or int(text) >= HASH_KEYS:
        raise invalid_argument(f"Invalid ExplicitHashKey {text!r}: it must be an integer from 0 to 2^128-1.")
    return int(text)


def _result(stream: Stream, placed: Placed) -> dict[str, Any]:
    if placed.number is None:
        message = _rate_exceeded(stream, placed)
        return {"ErrorCode": "ProvisionedThroughputExceededException", "ErrorMessage": message}
    return {"SequenceNumber": str(placed.number), "ShardId": placed.shard_id}


def _rate_exceeded(stream: Stream, placed: Placed) -> str:
    return f"Rate exceeded for shard {placed.shard_id} in stream {stream.name}."


def _encryption(stream: Stream) -> dict[str, str]:
    return {"EncryptionType": "KMS"} if stream.key_id else {}
