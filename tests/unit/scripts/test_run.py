from typing import Any, cast

import pytest

from scripts import ledger, run
from scripts.ledger import Counts, Ledger
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
