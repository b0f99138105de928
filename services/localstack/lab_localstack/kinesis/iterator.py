"""Shard iterators: opaque tokens that hold a place in a shard for five minutes."""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lab_localstack.kinesis import sequence
from lab_localstack.kinesis.errors import expired_iterator, invalid_argument
from lab_localstack.kinesis.shard import Shard
from lab_localstack.kinesis.stream import Stream

LIFETIME = 300 * 1_000_000
_TYPES = "AT_SEQUENCE_NUMBER, AFTER_SEQUENCE_NUMBER, AT_TIMESTAMP, TRIM_HORIZON or LATEST"


@dataclass(frozen=True)
class ShardIterator:
    """A place in a shard: reading goes on at the number `position`. `born` is the tick of the stream's creation."""

    stream_arn: str
    born: int
    shard_id: str
    position: int
    issued: int

    @classmethod
    def at(cls, stream: Stream, shard: Shard, position: int) -> "ShardIterator":
        """An iterator issued now."""
        return cls(stream.arn, stream.created, shard.id, position, sequence.now())

    def encode(self) -> str:
        """The token given to the client."""
        text = f"{self.stream_arn} {self.born} {self.shard_id} {self.position} {self.issued}"
        return base64.b64encode(text.encode()).decode()

    @classmethod
    def decode(cls, token: str) -> "ShardIterator":
        """Read a token back; anything we did not issue is InvalidArgumentException."""
        try:
            arn, born, shard_id, position, issued = base64.b64decode(token, validate=True).decode().split(" ")
            return cls(arn, int(born), shard_id, int(position), int(issued))
        except (binascii.Error, ValueError) as error:
            raise invalid_argument("Invalid ShardIterator: it was not issued by this service.") from error

    def check(self, stream: Stream) -> None:
        """Refuse an iterator that is too old, or from a deleted stream of the same name."""
        age = sequence.now() - self.issued
        if age > LIFETIME:
            raise expired_iterator(
                f"Iterator expired. It was issued {age // 1_000_000} seconds ago and is valid for 300 seconds."
            )
        if self.born != stream.created:
            raise expired_iterator(f"Iterator expired. Stream {stream.name} was deleted and created again since.")


def starting_position(stream: Stream, shard: Shard, request: dict[str, Any]) -> int:
    """Where GetShardIterator's parameters say to start."""
    match request.get("ShardIteratorType"):
        case "TRIM_HORIZON":
            return sequence.TRIM_HORIZON
        case "LATEST":
            return shard.tip
        case "AT_SEQUENCE_NUMBER":
            return _sequence_number(request, shard)
        case "AFTER_SEQUENCE_NUMBER":
            return _sequence_number(request, shard) + 1
        case "AT_TIMESTAMP":
            return _at_timestamp(request)
        case other:
            raise invalid_argument(f"ShardIteratorType {other!r} of stream {stream.name} is not one of {_TYPES}.")


def _sequence_number(request: dict[str, Any], shard: Shard) -> int:
    text = request.get("StartingSequenceNumber")
    if text is None or not text.isdecimal():
        raise invalid_argument(f"StartingSequenceNumber {text!r} used in GetShardIterator is invalid.")
    number = int(text)
    if number > shard.tip:
        raise invalid_argument(
            f"StartingSequenceNumber {text} used in GetShardIterator on shard {shard.id} is invalid "
            "because it is later than the shard's last record."
        )
    return number


def _at_timestamp(request: dict[str, Any]) -> int:
    moment = request.get("Timestamp")
    if not isinstance(moment, datetime):
        raise invalid_argument("Timestamp must be given with ShardIteratorType AT_TIMESTAMP.")
    tick = round(moment.timestamp() * 1_000_000)
    if tick > sequence.now():
        raise invalid_argument(f"The timestampInMillis parameter cannot be greater than the current time: {moment}.")
    return sequence.first_at(tick)
