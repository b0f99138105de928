"""clean_viewership on any records in any batches: none is lost, none is in two places, the newest version counts.

The batches arrive over some months, in any order: an id comes again as a version of its event, or as another event.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from jobs.clean_viewership import clean
from jobs.schema import MAX_AGE_DAYS
from tests.spark.lake import NOON, Lake, event

MAX_AGE = timedelta(days=MAX_AGE_DAYS)
ages = st.sampled_from([timedelta(minutes=minutes) for minutes in (0, 1, 60, 24 * 60, 25 * 60, 15 * 24 * 60)])
good = st.tuples(st.sampled_from("abcd"), ages)
records = st.lists(good | st.sampled_from([b"", b"\xff", b"{}"]), min_size=1, max_size=8)
arrivals = st.sampled_from([NOON + timedelta(days=days) for days in (0, 16, 40)])


class Version(NamedTuple):
    """A good record, newer the greater it is."""

    timestamp: datetime
    arrived_at: datetime
    number: int


@pytest.fixture
def lake(spark: SparkSession, tmp_path: Path) -> Lake:
    lake = Lake(spark, tmp_path)
    lake.land_channels("ch-001")
    return lake


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(batches=st.lists(st.tuples(arrivals, records), min_size=2, max_size=4))
def test_every_record_ends_in_exactly_one_place(lake: Lake, batches: list[tuple[datetime, list[Any]]]) -> None:
    lake.clear()
    bad: set[str] = set()
    events: dict[str, list[Version]] = defaultdict(list)
    for at, batch in batches:
        data = [r if isinstance(r, bytes) else event(r[0], timestamp=at - r[1]) for r in batch]
        for number, record in zip(lake.arrive(*data, at=at), batch, strict=True):
            if isinstance(record, bytes):
                bad.add(number)
            else:
                events[record[0]].append(Version(at - record[1], at, int(number)))
        clean(lake.spark, lake.address, "run")

    loaded, quarantined, duplicates = (
        [int(row.sequence_number) for row in lake.rows(f"media_silver.{table}", "sequence_number")]
        for table in ("viewership", "quarantine", "duplicates")
    )
    assert sorted(map(str, quarantined)) == sorted(bad)
    assert sorted(loaded + duplicates) == sorted(version.number for found in events.values() for version in found)
    for found in events.values():
        assert_the_newest_count(found, set(loaded))


def assert_the_newest_count(versions: list[Version], loaded: set[int]) -> None:
    """Rows of one id are further apart than versions may be, and each other record lost against a newer one near it."""
    rows = sorted(version for version in versions if version.number in loaded)
    assert all(newer.timestamp - older.timestamp > MAX_AGE for older, newer in pairwise(rows))
    for lost in versions:
        if lost.number not in loaded:
            assert any(newer > lost and newer.timestamp - lost.timestamp <= MAX_AGE for newer in versions)
