"""The kinds of records: exact shares, every reason, duplicates that have an original."""

from collections import Counter
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.schema import Reason
from scripts.generate.kinds import (
    BLOCK,
    GOOD_KINDS,
    NEAREST_ORIGINAL,
    REASONS,
    kind_at,
    kinds_of_block,
    original_of,
)
from scripts.generate.settings import SettingsError, Shares


def kinds(seed: int, count: int, shares: Shares) -> list[str]:
    blocks = (kind for number in range(-(-count // BLOCK)) for kind in kinds_of_block(seed, number, shares))
    return list(islice(blocks, count))


@pytest.mark.parametrize("count", [1_000, 2_000, 20_000])
def test_default_shares_are_met_exactly(count: int) -> None:
    counted = Counter(kinds(7, count, Shares()))
    assert counted["duplicate"] == count // 100
    assert counted["late"] == count // 50
    assert sum(counted[reason] for reason in REASONS) == count // 100


@pytest.mark.parametrize("count", [2_000, 20_000])
def test_every_quarantine_reason_is_sent_equally_often(count: int) -> None:
    counted = Counter(kinds(7, count, Shares()))
    assert {reason.value: count // 1_000 for reason in Reason} == {reason: counted[reason] for reason in REASONS}


@given(duplicates=st.floats(0, 0.3), late=st.floats(0, 0.3), bad=st.floats(0, 0.3), seed=st.integers(0, 2**40))
def test_any_shares_are_met_to_one_record(duplicates: float, late: float, bad: float, seed: int) -> None:
    count = 3 * BLOCK
    counted = Counter(kinds(seed, count, Shares(duplicates, late, bad)))
    assert abs(counted["duplicate"] - duplicates * count) <= 1
    assert abs(counted["late"] - late * count) <= 1
    assert abs(sum(counted[reason] for reason in REASONS) - bad * count) <= 1


@pytest.mark.parametrize("shares", [Shares(), Shares(0.3, 0.3, 0.3)], ids=["default", "most"])
def test_a_duplicate_repeats_a_good_event_that_lies_at_least_a_request_before_it(shares: Shares) -> None:
    duplicates = [index for index, kind in enumerate(kinds(3, 12_000, shares)) if kind == "duplicate"]
    originals = [original_of(3, index, shares) for index in duplicates]
    assert len(duplicates) > 100
    assert all(index - original >= NEAREST_ORIGINAL for index, original in zip(duplicates, originals, strict=True))
    assert {kind_at(3, original, shares) for original in originals} <= GOOD_KINDS


@pytest.mark.parametrize("shares", [{"bad": -0.1}, {"late": 0.31}, {"duplicates": 2}, {"bad": float("nan")}])
def test_a_share_out_of_range_is_refused(shares: dict[str, float]) -> None:
    with pytest.raises(SettingsError, match=r"from 0 to 0\.3"):
        Shares(**shares)
