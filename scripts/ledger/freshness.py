"""How long records were on their way into bronze: from arrival in the stream to the commit that made them visible."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import boto3
import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq
from pyiceberg.exceptions import NoSuchTableError
from pyiceberg.table import Table
from pyiceberg.table.snapshots import Snapshot

from scripts.ledger.collect import reaching
from scripts.ledger.iceberg import BRONZE, catalog

ARRIVAL = "approximateArrivalTimestamp"

Milliseconds = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Freshness:
    """Seconds from arrival to commit, over ``records`` records: of half of them, of 95 in 100, and of the slowest."""

    records: int
    p50: float
    p95: float
    slowest: float


def bronze_freshness(session: boto3.Session, since: datetime) -> Freshness | None:
    """The freshness of the records that arrived from ``since`` on; None when bronze has none of them.

    Reads one column of the data files that were committed since then, whatever else the table holds.

    Raises:
        Unavailable: the catalog or the lake does not answer.
    """
    with reaching("the lake's tables (Glue, Iceberg)"):
        try:
            table = catalog(session).load_table(BRONZE[0])
        except NoSuchTableError:
            return None
        start = int(since.timestamp() * 1000)
        waits = [_waits(table, snapshot, start) for snapshot in table.snapshots() if snapshot.timestamp_ms >= start]
    seconds = np.concatenate([np.empty(0, np.int64), *waits]) / 1000
    if not len(seconds):
        return None
    p50, p95, slowest = (round(float(value), 2) for value in np.percentile(seconds, (50, 95, 100)))
    return Freshness(len(seconds), p50, p95, slowest)


def _waits(table: Table, snapshot: Snapshot, start: int) -> Milliseconds:
    """What the records waited that the snapshot's own files hold, less those that arrived before ``start``."""
    arrivals = np.concatenate([np.empty(0, np.int64), *(_arrivals(table, path) for path in _added(table, snapshot))])
    waits: Milliseconds = snapshot.timestamp_ms - arrivals[arrivals >= start]
    return waits


def _added(table: Table, snapshot: Snapshot) -> Iterator[str]:
    for manifest in snapshot.manifests(table.io):
        if manifest.added_snapshot_id == snapshot.snapshot_id:
            for entry in manifest.fetch_manifest_entry(table.io):
                if entry.snapshot_id == snapshot.snapshot_id:
                    yield entry.data_file.file_path


def _arrivals(table: Table, path: str) -> Milliseconds:
    with table.io.new_input(path).open() as file:
        column = pq.read_table(file, columns=[ARRIVAL])[ARRIVAL]
    return np.asarray(column.to_numpy(), "datetime64[ms]").astype(np.int64)
