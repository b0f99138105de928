"""clean_viewership on any records in any batches: none is lost, none is in two places, the newest version counts."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from jobs.clean_viewership import clean
from tests.spark.lake import NOON, Lake, event

minutes = st.sampled_from([0, 1, 60, 24 * 60, 25 * 60, 15 * 24 * 60])
good = st.builds(
    lambda event_id, ago: event(event_id, timestamp=NOON - timedelta(minutes=ago)), st.sampled_from("abcd"), minutes
)
records = st.lists(good | st.sampled_from([b"", b"\xff", b"{}"]), min_size=1, max_size=8)


@pytest.fixture
def lake(spark: SparkSession, tmp_path: Path) -> Lake:
    lake = Lake(spark, tmp_path)
    lake.land_channels("ch-001")
    return lake


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(batches=st.lists(records, min_size=2, max_size=3))
def test_every_record_ends_in_exactly_one_place(lake: Lake, batches: list[list[Any]]) -> None:
    lake.clear()
    arrived: dict[str, Any] = {}
    for batch in batches:
        arrived |= dict(zip(lake.arrive(*batch), batch, strict=True))
        clean(lake.spark, lake.address, "run")

    loaded, quarantined, duplicates = (
        {row.sequence_number for row in lake.rows(f"media_silver.{table}", "sequence_number")}
        for table in ("viewership", "quarantine", "duplicates")
    )
    assert quarantined == {number for number, record in arrived.items() if isinstance(record, bytes)}
    assert loaded == newest(arrived)
    assert duplicates == arrived.keys() - quarantined - loaded


def newest(arrived: dict[str, Any]) -> set[str]:
    """The sequence numbers of the newest versions, found the simple way."""
    best: dict[str, tuple[datetime, int]] = {}
    for number, record in arrived.items():
        if isinstance(record, dict):
            age = (record["timestamp"], int(number))
            best[record["event_id"]] = max(age, best.get(record["event_id"], age))
    return {str(number) for _, number in best.values()}
