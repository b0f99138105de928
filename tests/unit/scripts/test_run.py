from types import SimpleNamespace
from typing import Any, cast

import pytest
from botocore.exceptions import EndpointConnectionError

from scripts import dags, ledger, run, stream
from scripts.errors import Unavailable
from scripts.ledger import Counts, Ledger, progress
from scripts.stopwatch import Stopwatch


class FakeFollower:
    """Settles what it is asked for, or fails."""

    def __init__(self, total: int, failures: str = "") -> None:
        self.total = total
        self.settled = 0
        self.watch = Stopwatch()
        self.asked: list[int] = []
        self._failures = failures

    def follow(self, expected: int) -> str:
        self.asked.append(expected)
        self.settled = expected
        return self._failures


@pytest.fixture
def in_flight(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What the ledger finds in flight, one reading after the other."""
    readings: list[int] = []

    def reckon(_evidence: object, run_id: str | None = None) -> Ledger:
        found = readings[0] if run_id else readings.pop(0)
        rules = {"in_flight": found} if found else {}
        return Ledger(Counts(produced=100, in_flight=found), run_id, imbalances_by_rule=rules)

    monkeypatch.setattr(ledger, "collect", lambda _sources: None)
    monkeypatch.setattr(ledger, "reckon", reckon)
    return readings


def settle(follower: FakeFollower) -> tuple[Ledger, Ledger, str]:
    return run.settle(cast("Any", follower), cast("Any", None), "run-00000000")


def test_a_run_ends_with_the_first_ledger_in_which_nothing_is_in_flight(in_flight: list[int]) -> None:
    in_flight += [0]
    follower = FakeFollower(100)
    assert settle(follower)[1].balanced
    assert follower.asked == [100]


def test_what_an_earlier_run_left_on_the_way_is_not_taken_for_this_runs(in_flight: list[int]) -> None:
    in_flight += [60, 0]
    follower = FakeFollower(100)
    assert settle(follower)[1].balanced
    assert follower.asked == [100, 160]


def test_a_run_in_which_nothing_moves_ends_with_its_imbalance(in_flight: list[int]) -> None:
    in_flight += [60]
    own, total, failures = settle(FakeFollower(100, "Nothing has moved."))
    assert not own.balanced
    assert not total.balanced
    assert failures == "Nothing has moved."


def test_a_ledger_that_cannot_be_read_for_a_moment_is_read_again(
    in_flight: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    in_flight += [0]
    answers = [Unavailable("The ledger cannot read the lake"), None]

    def collect(_sources: object) -> None:
        if error := answers.pop(0):
            raise error

    monkeypatch.setattr(ledger, "collect", collect)
    follower = FakeFollower(100)
    assert settle(follower)[1].balanced
    assert follower.asked == [100, 100]


def test_a_ledger_that_cannot_be_read_after_all_stood_still_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "collect", Gone())
    with pytest.raises(Unavailable):
        settle(FakeFollower(100, "Nothing has moved."))


class Gone:
    """A service that does not come back."""

    def __call__(self, *_arguments: object) -> Any:
        raise Unavailable("It does not answer.")


class Killed:
    """Calls to an AWS that is started again: the first are refused, the next have their answer."""

    def __init__(self, refusals: int, answer: object) -> None:
        self.refusals = refusals
        self.answer = answer

    def __call__(self, *_arguments: object, **_named: object) -> Any:
        self.refusals -= 1
        if self.refusals >= 0:
            raise EndpointConnectionError(endpoint_url="http://localhost:1")
        return self.answer


class Notes:
    """Takes what a run shows."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        self.notes.append(text)

    def count(self, *_arguments: object) -> None:
        """Is not looked at."""


def test_a_run_outlives_a_restart_of_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "POLL_SECONDS", 0)
    monkeypatch.setattr(stream, "check", Killed(2, 1))
    monkeypatch.setattr(dags, "unfinished", lambda *_: [])
    outbox = Killed(2, {"KeyCount": 0})
    session = SimpleNamespace(client=lambda _service: SimpleNamespace(list_objects_v2=outbox))
    counter = SimpleNamespace(take=lambda: progress.Counts(100, 100, loaded=100, quarantined=0, duplicates=0))
    display = Notes()
    known = cast("Any", {"session": session, "outputs": SimpleNamespace(lake_bucket="lake"), "counter": counter})
    follower = run.Follower(**known, job_run="job", display=cast("Any", display), watch=Stopwatch(), total=100)
    assert follower.follow(100) == ""
    assert outbox.refusals < 0
    assert all("Could not connect" in note and note.endswith("Trying again.") for note in display.notes)


def test_a_service_that_does_not_answer_is_named_once_and_not_at_every_try(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "POLL_SECONDS", 0)
    monkeypatch.setattr(run, "STALLED_SECONDS", 0.1)
    monkeypatch.setattr(stream, "check", Gone())
    monkeypatch.setattr(dags, "runs", lambda *_: [])
    display = Notes()
    known = cast("Any", {"session": None, "outputs": None, "counter": SimpleNamespace(take=Gone())})
    follower = run.Follower(**known, job_run="job", display=cast("Any", display), watch=Stopwatch(), total=100)
    assert follower.follow(100).startswith("Nothing has moved")
    assert display.notes == ["It does not answer. Trying again."]
