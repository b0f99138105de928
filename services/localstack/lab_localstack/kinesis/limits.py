"""A shard's throughput limits, enforced when KINESIS_SHARD_LIMITS=aws. They are off by default: they would cap the
lab's four shards at 4,000 records a second.

https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html
"""

import os
from dataclasses import dataclass

MEBIBYTE = 1024 * 1024
SETTING = "KINESIS_SHARD_LIMITS"
_SECOND = 1_000_000


@dataclass
class Allowance:
    """How many calls or records, and how many bytes, may pass within one second (ticks are microseconds)."""

    count: int
    size: int
    _since: int = 0
    _count: int = 0
    _size: int = 0

    def take(self, tick: int, size: int) -> bool:
        """Whether this much still fits into the current second; if so it is counted."""
        if tick - self._since >= _SECOND:
            self._since, self._count, self._size = tick, 0, 0
        if self._count + 1 > self.count or self._size + size > self.size:
            return False
        self._count += 1
        self._size += size
        return True


def write_allowance() -> Allowance | None:
    """1,000 records and 1 MiB a second, or None when limits are off."""
    return Allowance(1000, MEBIBYTE) if enforced() else None


def read_allowance() -> Allowance | None:
    """5 GetRecords calls a second, or None when limits are off."""
    return Allowance(5, 10 * MEBIBYTE) if enforced() else None


def enforced() -> bool:
    """Read KINESIS_SHARD_LIMITS: `aws` or `off`; anything else is refused."""
    value = os.environ.get(SETTING, "off")
    if value not in ("aws", "off"):
        raise ValueError(f"{SETTING}={value!r} is neither 'aws' nor 'off': correct it and start LocalStack again.")
    return value == "aws"
