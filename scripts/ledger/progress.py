"""How far records are, cheaply enough to ask every second: for a display, never for the books."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import orjson

from scripts.ledger.collect import Sources, reaching
from scripts.ledger.evidence import RECORDS
from scripts.ledger.objects import RAW_PREFIX, Lake
from scripts.ledger.warehouse import EVENTS_TABLE, count

if TYPE_CHECKING:
    from snowflake.connector import SnowflakeConnection

BATCHES_PREFIX = "ops/batches"
_COUNTED = {"loaded": EVENTS_TABLE, "quarantined": "OPS.QUARANTINE", "duplicates": "OPS.DUPLICATES"}


@dataclass(frozen=True, slots=True)
class Counts:
    """Records that reached each stage since the counter was made."""

    received: int
    bronze: int
    loaded: int
    quarantined: int
    duplicates: int

    @property
    def settled(self) -> int:
        """Records with a fate in the warehouse."""
        return self.loaded + self.quarantined + self.duplicates


class Counter:
    """Counts what arrives from the moment it is made; each count reads only what is new.

    Raises, here and in ``take``:
        Unavailable: a service does not answer; the next may succeed, nothing is lost.
    """

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._lake = Lake(sources.session.client("s3"), sources.bucket)
        self._made_at = datetime.now(UTC)
        self._connection: SnowflakeConnection | None = None
        self._received: set[tuple[str, str]] = set()
        self._bronze = 0
        with reaching("the lake (S3)"):
            self._known = {*self._raw_keys(), *self._batch_keys()}
        with reaching("the warehouse (Snowflake)"):
            self._before = self._warehouse_counts()

    def take(self) -> Counts:
        """The counts now."""
        with reaching("the lake (S3)"):
            self._read_raw()
            self._read_batches()
        with reaching("the warehouse (Snowflake)"):
            now = self._warehouse_counts()
        rows = {name: now[name] - self._before[name] for name in _COUNTED}
        return Counts(received=len(self._received), bronze=self._bronze, **rows)

    def close(self) -> None:
        """Let go of the warehouse."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _raw_keys(self) -> list[str]:
        """Objects are filed by the hour of arrival: nothing new appears below the hour before the counter was made."""
        hours = (datetime.now(UTC) - self._made_at) // timedelta(hours=1) + 2
        firsts = [self._made_at + timedelta(hours=number - 1) for number in range(hours + 1)]
        prefixes = [first.strftime(f"{RAW_PREFIX}/{self._sources.stream}/dt=%Y-%m-%d/hr=%H/") for first in firsts]
        return [key for prefix in prefixes for key in self._lake.keys(prefix)]

    def _batch_keys(self) -> list[str]:
        return list(self._lake.keys(f"{BATCHES_PREFIX}/"))

    def _read_raw(self) -> None:
        new = [key for key in self._raw_keys() if key not in self._known]
        rows = self._lake.read(new, RECORDS)
        self._received.update(zip(rows["sequence_number"].to_pylist(), rows["partition_key"].to_pylist(), strict=True))
        self._known.update(new)

    def _read_batches(self) -> None:
        for key in self._batch_keys():
            if key not in self._known:
                batch = orjson.loads(self._lake.body(key))
                self._bronze += int(batch["records"]) if batch["stream_name"] == self._sources.stream else 0
                self._known.add(key)

    def _warehouse_counts(self) -> dict[str, int]:
        if self._connection is None:
            self._connection = self._sources.connect()
        try:
            found = {name: count(self._connection, table) for name, table in _COUNTED.items()}
        except BaseException:
            self.close()
            raise
        if None in found.values():
            # A connection made before its database was has none; the next one will.
            self.close()
        return {name: count or 0 for name, count in found.items()}
