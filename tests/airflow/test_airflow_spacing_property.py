"""Whenever batches arrive and however long runs take: starts lie the interval apart, and every batch is read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from media_stream.arrivals import Arrival
from media_stream.coverage import SPACING_TASK, Airflow, ensure_run
from media_stream.spacing import wait_until

from tests.fake_airflow import FakeAirflow, Run

BEGIN = datetime(2026, 11, 29, tzinfo=UTC)


@dataclass
class World:
    """An Airflow and its one DAG, second by second."""

    interval: timedelta
    run_seconds: int
    airflow: FakeAirflow = field(default_factory=FakeAirflow)
    now: datetime = BEGIN
    starts: list[datetime] = field(default_factory=list)
    most_at_once: int = 0

    def invoke_rest_api(self, Name: str, Method: str, Path: str, **document: dict[str, object]) -> dict[str, object]:  # noqa: N803 - boto3's names
        """Airflow's answer, as MWAA gives it."""
        query, body = document.get("QueryParameters", {}), document.get("Body")
        return {"RestApiResponse": self.airflow.answer(Method, Path, query, body)[1]}

    def arrive(self, number: int) -> None:
        """A batch arrives, and whoever watches the queue sees to its run."""
        ensure_run(Airflow(self, "lab"), "viewership", [Arrival("viewership", f"batch-{number}")])
        self.most_at_once = max(self.most_at_once, len(self.airflow.runs_of("viewership", "queued", "running")))

    def pass_a_second(self) -> None:
        """The run that runs waits, starts its jobs, works, or ends; after it the next one runs."""
        self.now += timedelta(seconds=1)
        if not self.airflow.runs_of("viewership", "running"):
            for run in self.airflow.runs_of("viewership", "queued")[:1]:
                run.state, run.task = "running", SPACING_TASK
        for run in self.airflow.runs_of("viewership", "running"):
            self._go_on(run)

    def _go_on(self, run: Run) -> None:
        if run.task == SPACING_TASK:
            if wait_until(self.starts[-1] if self.starts else None, self.interval, self.now) is None:
                run.task = "clean_viewership"
                self.starts.append(self.now)
        elif self.now >= self.starts[-1] + timedelta(seconds=self.run_seconds):
            self.airflow.finish(run)


@given(
    gaps=st.lists(st.integers(0, 60), min_size=1, max_size=15), interval=st.integers(0, 45), length=st.integers(1, 60)
)
def test_starts_lie_apart_and_no_batch_is_left(gaps: list[int], interval: int, length: int) -> None:
    world = World(timedelta(seconds=interval), length)
    arrived: list[datetime] = []
    for number, gap in enumerate(gaps):
        for _ in range(gap):
            world.pass_a_second()
        world.arrive(number)
        arrived.append(world.now)
    for _ in range(3 * (interval + length) + 5):
        world.pass_a_second()

    assert all(
        later - earlier >= world.interval for earlier, later in zip(world.starts, world.starts[1:], strict=False)
    )
    assert all(any(start >= batch for start in world.starts) for batch in arrived)
    assert world.most_at_once <= 2


def test_what_arrives_during_the_wait_makes_no_run_of_its_own() -> None:
    world = World(timedelta(seconds=900), run_seconds=60)
    for number in range(60):
        world.arrive(number)
        for _ in range(30):
            world.pass_a_second()

    assert len(world.airflow.runs) <= len(world.starts) + 1
    assert len(world.starts) == 2
