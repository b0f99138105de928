"""How far a query has read: Spark's offset, one position a shard, and the stream it was taken from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .options import TRIM_HORIZON


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a shard: after a sequence number, or a starting position where nothing was read yet."""

    after: str = TRIM_HORIZON
    closed: bool = False
    """The shard was split or merged away and has been read to its end."""

    @property
    def sequence_number(self) -> int | None:
        """The number of the last record read; None before the first."""
        return int(self.after) if self.after.isdecimal() else None


@dataclass(frozen=True, slots=True)
class Offset:
    """The positions of a stream's shards; a shard that is not named is read from its beginning.

    ``created`` tells a stream from a later one of the same name, whose sequence numbers mean something else.
    """

    stream: str
    created: str
    shards: Mapping[str, Position] = field(default_factory=dict)

    def at(self, shard_id: str) -> Position:
        """Where the shard is read from next."""
        return self.shards.get(shard_id, Position())

    def to_json(self) -> dict[str, Any]:
        """The dictionary that Spark keeps in its offset log."""
        shards = {key: {"after": at.after, "closed": at.closed} for key, at in sorted(self.shards.items())}
        return {"stream": self.stream, "created": self.created, "shards": shards}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Offset:
        """The offset that ``to_json`` wrote; ``ValueError`` when the dictionary is another source's."""
        try:
            shards = {key: Position(str(at["after"]), bool(at["closed"])) for key, at in value["shards"].items()}
            return cls(str(value["stream"]), str(value["created"]), shards)
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"Not an offset of the aws-kinesis source: {value!r}") from error
