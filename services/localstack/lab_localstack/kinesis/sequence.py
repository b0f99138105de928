"""Sequence numbers: 56 digits as Kinesis has them, rising within a shard and never used twice, even after a restart.

A number holds a tick, the microsecond at which its record arrived, moved forward where needed to stay ahead of the
shard's last one. A restarted lab goes on at a later time, so that its numbers are higher than all it gave before.
"""

import time

_PREFIX = 1 << 185
_TICK = 132
_SHARD = 4
_VERSION = 2

TRIM_HORIZON = 0


def now() -> int:
    """The current tick: microseconds since the epoch."""
    return time.time_ns() // 1000


def encode(tick: int, shard_index: int) -> int:
    """The sequence number of the record that arrived at this tick in this shard."""
    return _PREFIX | tick << _TICK | shard_index << _SHARD | _VERSION


def first_at(tick: int) -> int:
    """The lowest number a record of this tick can have in any shard."""
    return _PREFIX | tick << _TICK


def tick_of(number: int) -> int:
    """When the record of this number arrived."""
    return (number ^ _PREFIX) >> _TICK


def arrival_of(number: int) -> float:
    """The same in seconds since the epoch, exact to the millisecond: ApproximateArrivalTimestamp."""
    return (number ^ _PREFIX) // (1000 << _TICK) / 1000
