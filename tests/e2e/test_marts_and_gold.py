"""The warehouse's marts say what the lake's gold tables say: two makers, the same rows."""

from collections.abc import Iterator
from typing import Any

import boto3
import pyarrow as pa
import pytest
from snowflake.connector import SnowflakeConnection

from scripts import profile, warehouse
from scripts.ledger import iceberg
from tests.e2e.conftest import Lab

SUMS = ("events", "minutes", "ad_revenue")

CASES = [
    pytest.param(
        "hourly_channel_kpis",
        "hour channel_id views unique_viewers minutes ads_watched ad_revenue peak_concurrency",
        "HOUR CHANNEL_ID EVENTS VIEWERS MINUTES ADS_WATCHED AD_REVENUE PEAK_CONCURRENCY",
        id="hours",
    ),
    pytest.param(
        "viewer_sessions",
        "day user_id session_number started_at ended_at views channels minutes ads_watched ad_revenue",
        "DAY USER_ID SESSION_NUMBER STARTED_AT ENDED_AT EVENTS CHANNELS MINUTES ADS_WATCHED AD_REVENUE",
        id="sessions",
    ),
    pytest.param(
        "ad_revenue",
        "day channel_id observed reported difference",
        "DAY CHANNEL_ID OBSERVED REPORTED DIFFERENCE",
        id="advertising",
    ),
    pytest.param(
        "quality_of_experience",
        "day device platform views unique_viewers minutes buffer_count buffered_views",
        "DAY DEVICE PLATFORM EVENTS VIEWERS MINUTES BUFFERINGS BUFFERED_EVENTS",
        id="quality",
    ),
]

GROUPED = [
    # A title is of a channel in the mart, and of all channels in gold.
    pytest.param("shows", ("day", "show_name", "genre"), id="shows"),
    # Age and gender are those of the moment when each was made.
    pytest.param("audience", ("day", "region", "subscription_type"), id="audience"),
]


@pytest.fixture(scope="module")
def environment(lab: Lab, first_run: str) -> Iterator[None]:
    """The lab's settings, after a run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAB_VAR", str(lab.var))
        for name, value in profile.environment(lab.settings).items():
            patch.setenv(name, value)
        yield


@pytest.fixture(scope="module")
def connection(environment: None) -> Iterator[SnowflakeConnection]:
    with warehouse.connect() as session:
        yield session


@pytest.mark.parametrize(("table", "gold_columns", "mart_columns"), CASES)
def test_a_mart_has_the_rows_of_gold(
    connection: SnowflakeConnection, table: str, gold_columns: str, mart_columns: str
) -> None:
    expected = rows(gold(table).select(gold_columns.split()))
    assert len(expected) > 10
    assert ask(connection, f"SELECT {', '.join(mart_columns.split())} FROM ANALYTICS.{table}") == expected


@pytest.mark.parametrize(("table", "keys"), GROUPED)
def test_a_mart_of_another_grain_has_the_sums_of_gold(
    connection: SnowflakeConnection, table: str, keys: tuple[str, ...]
) -> None:
    sums = [(name, "sum") for name in ("views", "minutes", "ad_revenue")]
    expected = gold(table).group_by(list(keys)).aggregate(sums)
    expected = rows(expected.select([*keys, *(f"{name}_sum" for name, _ in sums)]))
    assert len(expected) > 10
    totals = ", ".join(f"SUM({name})" for name in SUMS)
    names = ", ".join(keys)
    assert ask(connection, f"SELECT {names}, {totals} FROM ANALYTICS.{table} GROUP BY {names}") == expected


def gold(table: str) -> pa.Table:
    """A gold table as it is now."""
    return iceberg.catalog(boto3.Session()).load_table(f"media_gold.{table}").scan().to_arrow()


def rows(table: pa.Table) -> list[tuple[str, ...]]:
    """The rows in order, each value as its text; times without their zone, which is UTC."""
    return sorted(tuple(text(value) for value in row.values()) for row in table.to_pylist())


def ask(connection: SnowflakeConnection, sql: str) -> list[tuple[str, ...]]:
    cursor = connection.cursor().execute(sql)
    assert cursor is not None
    return sorted(tuple(text(value) for value in row) for row in cursor.fetchall())


def text(value: Any) -> str:
    return str(value).removesuffix("+00:00")
