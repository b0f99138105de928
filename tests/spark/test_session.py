"""The session of the jobs."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from pyspark.sql import SparkSession

from jobs.session import settings


def test_tables_live_in_the_lakes_warehouse() -> None:
    assert settings("some-lake")["spark.sql.catalog.glue.warehouse"] == "s3://some-lake/warehouse"


@pytest.mark.parametrize("word", ["endpoint", "region", "access-key", "secret", "profile", "localhost", "path-style"])
def test_nothing_of_a_profile_stands_in_the_session(word: str) -> None:
    assert not [line for line in settings("some-lake").items() if word in f"{line}"]


def test_times_are_read_in_utc(spark: SparkSession) -> None:
    row = spark.sql("SELECT unix_seconds(timestamp'2026-01-02 03:04:05') AS seconds").first()

    assert row is not None
    assert row.seconds == dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC).timestamp()


def test_another_writers_commit_is_seen_at_once(spark: SparkSession) -> None:
    spark.sql("CREATE TABLE glue.session_test.seen (n INT) USING iceberg")
    spark.sql("INSERT INTO glue.session_test.seen VALUES (1)")
    jvm: Any = spark._jvm
    iceberg = jvm.org.apache.iceberg
    table = iceberg.spark.Spark3Util.loadIcebergTable(spark._jsparkSession, "glue.session_test.seen")
    table.newDelete().deleteFromRowFilter(iceberg.expressions.Expressions.alwaysTrue()).commit()

    assert spark.table("glue.session_test.seen").count() == 0
