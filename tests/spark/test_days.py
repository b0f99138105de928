"""Days as conditions: what is in them is found, and partitions can be pruned by them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as sf

from jobs.days import MOST_RANGES, ranges, widened, within

FIRST = date(2026, 3, 1)


@pytest.mark.parametrize(
    ("offsets", "found"),
    [
        pytest.param([], [], id="none"),
        pytest.param([0], [(0, 1)], id="one"),
        pytest.param([2, 0, 1, 1], [(0, 3)], id="neighbours, unsorted and twice"),
        pytest.param([0, 2, 3, 9], [(0, 1), (2, 4), (9, 10)], id="with gaps"),
        pytest.param(range(0, 4 * MOST_RANGES, 2), [(0, 4 * MOST_RANGES - 1)], id="too many for one condition"),
    ],
)
def test_days_become_few_ranges(offsets: list[int], found: list[tuple[int, int]]) -> None:
    def day(offset: int) -> date:
        return FIRST + timedelta(days=offset)

    assert ranges(map(day, offsets)) == [(day(first), day(end)) for first, end in found]


def test_days_are_widened_to_both_sides_of_each() -> None:
    far = FIRST + timedelta(days=90)

    assert ranges(widened([FIRST, far], 30)) == [
        (day - timedelta(days=30), day + timedelta(days=31)) for day in (FIRST, far)
    ]
    assert widened([], 30) == frozenset()


def test_a_day_is_from_midnight_to_midnight_in_utc(spark: SparkSession) -> None:
    at = ["2026-02-28 23:59:59.999999", "2026-03-01 00:00:00", "2026-03-01 23:59:59.999999", "2026-03-02 00:00:00"]
    moments = spark.createDataFrame([(text,) for text in at], "at STRING").select(sf.to_timestamp("at").alias("at"))

    found = moments.where(within("at", [FIRST])).select(sf.col("at").cast("string").alias("at"))
    assert [row.at for row in found.collect()] == ["2026-03-01 00:00:00", "2026-03-01 23:59:59.999999"]
