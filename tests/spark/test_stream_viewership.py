"""The streaming job's own parts: its table, its arguments, how it follows its query."""

from __future__ import annotations

from collections.abc import Callable, Container
from typing import Any, cast

import pytest
from pyspark.sql import SparkSession
from pyspark.sql.streaming.query import StreamingQuery

from jobs import stream_viewership

OWN = "https://kinesis.us-east-1.amazonaws.com"
REQUIRED = ["--lake-bucket", "lake", "--stream-name", "events", "--region", "us-east-1", "--kinesis-endpoint", OWN]


class FakeQuery:
    """A query that goes through the given progresses, then ends or fails; `looks` have been taken at it."""

    def __init__(
        self,
        timestamps: list[str | None],
        failure: Exception | None = None,
        busy: Container[int] = (),
        starts_for: int = 0,
    ) -> None:
        self._left = list(timestamps)
        self._failure = failure
        self._busy = busy
        self._starts_for = starts_for
        self.looks = 0

    def awaitTermination(self, timeout: float) -> bool:  # noqa: N802
        if not self._left and self._failure:
            raise self._failure
        return not self._left

    @property
    def lastProgress(self) -> dict[str, Any] | None:  # noqa: N802
        self.looks += 1
        timestamp = self._left.pop(0)
        return None if timestamp is None else {"timestamp": timestamp}

    @property
    def status(self) -> dict[str, Any]:
        message = "Waiting for data to arrive" if self.looks > self._starts_for else "Initializing sources"
        return {"isTriggerActive": self.looks in self._busy, "message": message}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[FakeQuery], None]:
    """Make each look at a query take a minute."""
    return lambda query: monkeypatch.setattr(stream_viewership, "monotonic", lambda: query.looks * 60.0)


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
    stream_viewership.follow(cast("StreamingQuery", query), lambda: [calls.append(None)])

    assert len(calls) == 2


def test_a_job_without_an_idle_time_waits_for_ever(clock: Callable[[FakeQuery], None]) -> None:
    query = FakeQuery(["1"] * 5000)
    clock(query)
    stream_viewership.follow(cast("StreamingQuery", query), list)

    assert query.looks == 5000


IDLE = [
    pytest.param(["1"], [], 30, id="nothing ever came"),
    pytest.param(["1"] * 10 + ["2"], ["2"], 41, id="records came at the eleventh minute"),
    pytest.param(["1"] * 10 + ["2"], [], 30, id="a trigger at the eleventh minute found nothing"),
]


@pytest.mark.parametrize(("progresses", "with_records", "leaves_after"), IDLE)
def test_a_job_leaves_when_nothing_was_committed_for_its_idle_time(
    clock: Callable[[FakeQuery], None], progresses: list[str | None], with_records: list[str], leaves_after: int
) -> None:
    query = FakeQuery(progresses + progresses[-1:] * 5000)
    clock(query)
    commits = [at + 1 for at, name in enumerate(progresses) if name in with_records]
    stream_viewership.follow(
        cast("StreamingQuery", query), lambda: [each for each in commits if each == query.looks], 30 * 60
    )

    assert query.looks == leaves_after


def test_a_batch_that_takes_longer_than_the_idle_time_is_no_reason_to_leave(
    clock: Callable[[FakeQuery], None],
) -> None:
    query = FakeQuery([None] * 90 + ["1"] * 5000, busy=range(5, 91))
    clock(query)
    stream_viewership.follow(
        cast("StreamingQuery", query), lambda: ["the commit of the long batch"] if query.looks == 91 else [], 30 * 60
    )

    assert query.looks == 91 + 30


def test_a_job_that_takes_longer_to_start_than_it_may_idle_looks_at_the_stream_before_it_leaves(
    clock: Callable[[FakeQuery], None],
) -> None:
    query = FakeQuery([None] * 5000, starts_for=45)
    clock(query)
    stream_viewership.follow(cast("StreamingQuery", query), list, 30 * 60)

    assert query.looks == 46


def test_a_batch_that_ends_as_the_job_is_about_to_leave_is_told_of_and_followed(
    clock: Callable[[FakeQuery], None],
) -> None:
    query = FakeQuery([None] * 5000)
    clock(query)
    stream_viewership.follow(
        cast("StreamingQuery", query), lambda: ["just committed"] if query.looks == 30 else [], 30 * 60
    )

    assert query.looks == 60


def test_a_query_that_fails_fails_the_job() -> None:
    query = FakeQuery(["1"], failure=RuntimeError("the stream is gone"))

    with pytest.raises(RuntimeError, match="the stream is gone"):
        stream_viewership.follow(cast("StreamingQuery", query), list)


def test_arguments_of_the_runtime_are_left_alone() -> None:
    arguments = stream_viewership.parse_arguments([*REQUIRED, "--JOB_ID", "j_1", "--enable-metrics", "true"])

    assert (arguments.lake_bucket, arguments.initial_position) == ("lake", "TRIM_HORIZON")
    assert (arguments.trigger, arguments.idle_minutes) == ("1 second", 0)


ADDRESSES = [
    pytest.param({}, OWN, id="AWS's own"),
    pytest.param({"AWS_ENDPOINT_URL": "http://localhost:4566"}, "http://localhost:4566", id="of every service"),
    pytest.param(
        {"AWS_ENDPOINT_URL": "http://localhost:4566", "AWS_ENDPOINT_URL_KINESIS": "http://localhost:1"},
        "http://localhost:1",
        id="of Kinesis",
    ),
]


@pytest.mark.parametrize(("named", "address"), ADDRESSES)
def test_kinesis_is_where_the_environment_says_as_for_every_sdk(
    monkeypatch: pytest.MonkeyPatch, named: dict[str, str], address: str
) -> None:
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_KINESIS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in named.items():
        monkeypatch.setenv(name, value)

    assert stream_viewership.endpoint(OWN) == address


@pytest.mark.parametrize("name", ["--lake-bucket", "--stream-name", "--region", "--kinesis-endpoint"])
def test_a_required_argument_that_is_missing_is_named(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    index = REQUIRED.index(name)

    with pytest.raises(SystemExit):
        stream_viewership.parse_arguments(REQUIRED[:index] + REQUIRED[index + 2 :])
    assert f"required: {name}" in capsys.readouterr().err
