"""The wait at the start of a run: none without an interval, and never too short with one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from airflow.exceptions import AirflowException  # type: ignore[attr-defined]
from airflow.providers.amazon.aws.hooks.glue import GlueJobHook
from airflow.sdk import Context, Variable
from airflow.sdk.exceptions import TaskDeferred
from botocore.stub import Stubber  # type: ignore[import-untyped]
from media_stream.spacing import SpaceRuns, wait_until

CONTEXT = Context()
ASKED = {"JobName": "clean_viewership", "MaxResults": 1}
QUARTER = timedelta(minutes=15)
NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)


@pytest.fixture
def task() -> SpaceRuns:
    """The first task of viewership."""
    return SpaceRuns(task_id="space_runs", job_name="clean_viewership")


@pytest.fixture
def glue(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    """The answers Glue will give; each must be asked for."""
    hook = GlueJobHook()
    monkeypatch.setattr("media_stream.spacing.GlueJobHook", lambda: hook)
    with Stubber(hook.conn) as answers:
        yield answers
        answers.assert_no_pending_responses()


def set_interval(monkeypatch: pytest.MonkeyPatch, text: str | None) -> None:
    monkeypatch.setattr(Variable, "get", lambda name, default: {"run_interval_minutes": text}[name] or default)


def started(answers: Stubber, *moments: datetime) -> None:
    """Answer with runs that were started then, newest first."""
    answers.add_response("get_job_runs", {"JobRuns": [{"StartedOn": each} for each in moments]}, ASKED)


def test_without_an_interval_a_run_passes_and_asks_nobody(
    task: SpaceRuns, no_network: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_interval(monkeypatch, "0")
    task.execute(CONTEXT)


PAST = [
    pytest.param([], id="the first run of all"),
    pytest.param([QUARTER], id="a start that lies just so far back"),
    pytest.param([timedelta(days=400)], id="a start of long ago"),
]


@pytest.mark.parametrize("ages", PAST)
def test_a_run_passes_when_no_start_is_too_near(
    task: SpaceRuns, glue: Stubber, monkeypatch: pytest.MonkeyPatch, ages: list[timedelta]
) -> None:
    set_interval(monkeypatch, "15")
    started(glue, *(datetime.now(UTC) - age for age in ages))
    task.execute(CONTEXT)


def test_a_run_too_near_the_last_start_waits_in_the_triggerer_and_looks_again(
    task: SpaceRuns, glue: Stubber, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_interval(monkeypatch, "15")
    start = datetime.now(UTC) - timedelta(minutes=4)
    started(glue, start)
    with pytest.raises(TaskDeferred) as first:
        task.execute(CONTEXT)
    assert first.value.trigger.serialize()[1]["moment"] == start + QUARTER

    by_hand = datetime.now(UTC)
    started(glue, by_hand, start)
    with pytest.raises(TaskDeferred) as second:
        getattr(task, first.value.method_name)(CONTEXT, event=start + QUARTER)
    assert second.value.trigger.serialize()[1]["moment"] == by_hand + QUARTER

    started(glue, by_hand - QUARTER)
    task.look_again(CONTEXT)


@pytest.mark.parametrize(
    ("age", "moment"),
    [
        pytest.param(None, None, id="never started"),
        pytest.param(timedelta(0), NOON + QUARTER, id="started now"),
        pytest.param(QUARTER - timedelta(microseconds=1), NOON + timedelta(microseconds=1), id="all but a microsecond"),
        pytest.param(QUARTER, None, id="just so far back"),
        pytest.param(-timedelta(seconds=2), NOON + QUARTER + timedelta(seconds=2), id="Glue's clock is ahead"),
    ],
)
def test_the_wait_ends_an_interval_after_the_last_start(age: timedelta | None, moment: datetime | None) -> None:
    assert wait_until(None if age is None else NOON - age, QUARTER, NOON) == moment


def test_a_missing_interval_is_an_error_that_says_what_to_do(task: SpaceRuns, monkeypatch: pytest.MonkeyPatch) -> None:
    set_interval(monkeypatch, None)
    with pytest.raises(AirflowException, match="no variable run_interval_minutes: the stack gives it"):
        task.execute(CONTEXT)


@pytest.mark.parametrize("text", ["", "-1", "1.5", "a quarter", "121", "٣ hours"])
def test_an_interval_that_is_none_is_refused(task: SpaceRuns, monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(Variable, "get", lambda name, default: text)
    with pytest.raises(
        AirflowException, match=f"run_interval_minutes is {text!r}: minutes from 0 to 120 would be valid"
    ):
        task.execute(CONTEXT)
