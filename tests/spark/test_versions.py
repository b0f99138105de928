"""Which of two records with one event_id counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from pyspark.sql import DataFrame, SparkSession

from jobs.tables import ARRIVAL
from jobs.versions import versions

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
COLUMNS = {"event_id": "STRING", "timestamp": "TIMESTAMP", **ARRIVAL}

Version = tuple[int, int, str]
"""The minutes of its timestamp and of its arrival, and its sequence number."""


def frame(spark: SparkSession, *records: Version) -> DataFrame:
    rows = [
        ("e1", NOON + timedelta(minutes=at), "s", "user-1", number, NOON + timedelta(minutes=arrived))
        for at, arrived, number in records
    ]
    return spark.createDataFrame(rows, ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items()))


@pytest.mark.parametrize("in_silver", [True, False])
@pytest.mark.parametrize(
    ("second", "newer"),
    [
        pytest.param((4, 9, "999"), False, id="older event, though it arrived later"),
        pytest.param((5, 6, "999"), False, id="same event time, arrived before"),
        pytest.param((5, 7, "99"), False, id="same times, lower number with a higher first digit"),
        pytest.param((5, 7, "101"), True, id="same times, higher number"),
        pytest.param((5, 8, "1"), True, id="same event time, arrived later"),
        pytest.param((6, 1, "1"), True, id="newer event, though it arrived before"),
        pytest.param((5 + 30 * 24 * 60, 1, "1"), True, id="newer event, as far as versions may be apart"),
        pytest.param((6 + 30 * 24 * 60, 1, "1"), None, id="another event, a minute too far"),
    ],
)
def test_the_newer_version_supersedes_the_other(
    spark: SparkSession, second: Version, newer: bool | None, in_silver: bool
) -> None:
    first = (5, 7, "100")
    silver, accepted = (
        (frame(spark, first), frame(spark, second))
        if in_silver
        else (
            frame(spark),
            frame(spark, first, second),
        )
    )
    days = {(NOON + timedelta(minutes=at)).date() for at, _, _ in (first, second)}
    superseded = {row.sequence_number: row.superseded for row in versions(accepted, days, silver).collect()}

    assert superseded == {first[2]: newer is True, second[2]: newer is False}


def test_a_record_that_silver_holds_is_no_new_version(spark: SparkSession) -> None:
    record = (5, 7, "100")
    found = versions(frame(spark, record), {NOON.date()}, frame(spark, record)).collect()

    assert [(row.in_silver, row.superseded) for row in found] == [(True, False)]
