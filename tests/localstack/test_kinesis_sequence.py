"""Sequence numbers: their shape and their order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lab_localstack.kinesis import sequence

TICKS = st.integers(min_value=1_600_000_000_000_000, max_value=4_000_000_000_000_000)
SHARDS = st.integers(min_value=0, max_value=19_999)


@given(TICKS, SHARDS)
def test_a_number_has_56_digits_and_tells_its_arrival(tick: int, shard: int) -> None:
    number = sequence.encode(tick, shard)

    assert len(str(number)) == 56
    assert sequence.tick_of(number) == tick
    assert sequence.arrival_of(number) == pytest.approx(tick // 1000 / 1000, abs=1e-6)


@given(TICKS, TICKS, SHARDS, SHARDS)
def test_numbers_are_ordered_by_arrival_and_differ_between_shards(a: int, b: int, x: int, y: int) -> None:
    first, second = sequence.encode(a, x), sequence.encode(b, y)

    assert (first < second) == ((a, x) < (b, y))
    assert (first == second) == ((a, x) == (b, y))


@given(TICKS, SHARDS)
def test_no_record_of_a_tick_comes_before_its_first_number(tick: int, shard: int) -> None:
    assert sequence.encode(tick - 1, shard) < sequence.first_at(tick) <= sequence.encode(tick, shard)
