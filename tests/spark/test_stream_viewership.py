"""The streaming job's own parts: its table, its arguments, how it follows its query."""

from __future__ import annotations

from typing import Any, cast

import pytest
from pyspark.sql import SparkSession
from pyspark.sql.streaming.query import StreamingQuery

from jobs import stream_viewership

REQUIRED = ["--lake-bucket", "lake", "--stream-name", "events", "--region", "us-east-1"]


class FakeQuery:
    """A query that goes through the given progresses, then ends or fails."""

    def __init__(self, timestamps: list[str | None], failure: Exception | None = None) -> None:
        self._left = list(timestamps)
        self._failure = failure

    def awaitTermination(self, timeout: float) -> bool:  # noqa: N802
        if not self._left and self._failure:
            raise self._failure
        return not self._left

    @property
    def lastProgress(self) -> dict[str, Any] | None:  # noqa: N802
        timestamp = self._left.pop(0)
        return None if timestamp is None else {"timestamp": timestamp}


def test_bronze_has_the_connectors_columns_by_hour_of_arrival(spark: SparkSession) -> None:
    stream_viewership.create_table(spark)
    stream_viewership.create_table(spark)
    description = {row.col_name: row.data_type for row in spark.sql(f"DESCRIBE {stream_viewership.TABLE}").collect()}

    assert description["Part 0"] == "hours(approximateArrivalTimestamp)"
    assert {name: kind for name, kind in description.items() if kind in ("binary", "string", "timestamp")} == {
        "data": "binary",
        "streamName": "string",
        "partitionKey": "string",
        "sequenceNumber": "string",
        "approximateArrivalTimestamp": "timestamp",
    }


def test_each_progress_is_followed_once() -> None:
    calls: list[None] = []
    query = FakeQuery([None, "1", "1", "2"])
    stream_viewership.follow(cast("StreamingQuery", query), lambda: calls.append(None))

    assert len(calls) == 2


def test_a_query_that_fails_fails_the_job() -> None:
    query = FakeQuery(["1"], failure=RuntimeError("the stream is gone"))

    with pytest.raises(RuntimeError, match="the stream is gone"):
        stream_viewership.follow(cast("StreamingQuery", query), lambda: None)


def test_arguments_of_the_runtime_are_left_alone() -> None:
    arguments = stream_viewership.parse_arguments([*REQUIRED, "--JOB_ID", "j_1", "--enable-metrics", "true"])

    assert (arguments.lake_bucket, arguments.initial_position, arguments.trigger) == (
        "lake",
        "TRIM_HORIZON",
        "1 second",
    )


@pytest.mark.parametrize("name", ["--lake-bucket", "--stream-name", "--region"])
def test_a_required_argument_that_is_missing_is_named(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    index = REQUIRED.index(name)

    with pytest.raises(SystemExit):
        stream_viewership.parse_arguments(REQUIRED[:index] + REQUIRED[index + 2 :])
    assert f"required: {name}" in capsys.readouterr().err
