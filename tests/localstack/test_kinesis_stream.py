"""Streams without a server: routing, resharding, retention, concurrency."""

import threading
from collections import Counter
from hashlib import md5
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lab_localstack.kinesis import limits, sequence
from lab_localstack.kinesis.shard import HASH_KEYS, Shard
from lab_localstack.kinesis.stream import Entry, Stream, even_bounds
from lab_localstack.service import AwsError


def new_stream(shards: int = 4, created: int | None = None) -> Stream:
    stream = Stream("s", "arn:aws:kinesis:us-east-1:000000000000:stream/s", created or sequence.now())
    stream.add_shards(shards)
    return stream


def entry(key: str, data: bytes = b"{}") -> Entry:
    return Entry(int.from_bytes(md5(key.encode(), usedforsecurity=False).digest(), "big"), key, data)


def covers_every_hash_key(shards: list[Shard]) -> bool:
    bounds = [(shard.start, shard.end) for shard in sorted(shards, key=lambda each: each.start)]
    joined = all(left[1] + 1 == right[0] for left, right in pairwise(bounds))
    return joined and bounds[0][0] == 0 and bounds[-1][1] == HASH_KEYS - 1


@given(st.lists(st.sampled_from(["1", "2", "3", "4", "6", "8"]), max_size=6))
def test_open_shards_cover_every_hash_key_once_after_any_resharding(targets: list[str]) -> None:
    stream = new_stream()
    for target in map(int, targets):
        stream.scale(target)

        assert len(stream.open) == target
        assert covers_every_hash_key(stream.open)


@pytest.mark.parametrize("key", ["", "0", "user-1", "ключ", "🎬", "x" * 256])
def test_a_record_is_in_the_shard_of_its_keys_md5(key: str) -> None:
    stream = new_stream()
    (placed,) = stream.put([entry(key)])

    shard = stream.shards[placed.shard_id]
    assert shard.start <= entry(key).hash_key <= shard.end


def test_a_shards_numbers_rise_even_when_the_clock_goes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    stream, numbers = new_stream(1), []
    now = sequence.now()
    for moment in (now + 50, now + 10, now - 5_000_000, now + 51):
        monkeypatch.setattr(sequence, "now", lambda moment=moment: moment)
        numbers += [placed.number for placed in stream.put([entry("k"), entry("k")])]

    assert numbers == sorted(set(numbers))


def test_children_go_on_with_higher_numbers_than_their_parents(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = new_stream(1)
    (before,) = stream.put([entry("k")])
    monkeypatch.setattr(sequence, "now", lambda: stream.created)
    stream.split(stream.open[0], HASH_KEYS // 2)
    (after,) = stream.put([entry("k")])

    assert before.number is not None
    assert after.number is not None
    assert after.number > before.number
    assert after.shard_id != before.shard_id


@pytest.mark.parametrize("at", [0, HASH_KEYS, HASH_KEYS * 2], ids=["first key", "behind the last", "far behind"])
def test_a_split_outside_the_shard_is_refused(at: int) -> None:
    stream = new_stream(1)

    with pytest.raises(AwsError, match="is not inside shard"):
        stream.split(stream.open[0], at)


def test_shards_that_are_not_neighbours_are_not_merged() -> None:
    stream = new_stream()

    with pytest.raises(AwsError, match="are not adjacent"):
        stream.merge(stream.open[0], stream.open[2])


def test_a_closed_shard_is_neither_split_nor_merged() -> None:
    stream = new_stream(2)
    closed = stream.open[0]
    stream.split(closed, 1)

    with pytest.raises(AwsError, match="is closed and cannot be split"):
        stream.split(closed, 5)
    with pytest.raises(AwsError, match="is closed and cannot be merged"):
        stream.merge(closed, stream.open[-1])


def test_nothing_is_lost_when_many_threads_put_while_the_stream_is_resharded() -> None:
    stream, acknowledged, lock = new_stream(), [], threading.Lock()

    def put(worker: int) -> None:
        for batch in range(40):
            placed = stream.put([entry(f"{worker}-{batch}-{each}") for each in range(100)])
            with lock:
                acknowledged.extend(placed)

    def reshard() -> None:
        for target in (8, 4, 2, 4):
            with stream.lock:
                stream.scale(target)

    threads = [threading.Thread(target=put, args=(worker,)) for worker in range(4)]
    threads.append(threading.Thread(target=reshard))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    stored = Counter((shard.id, record.number) for shard in stream.shards.values() for record in shard.records)
    assert stored == Counter(acknowledged)
    assert len(stored) == 4 * 40 * 100
    assert max(stored.values()) == 1


def test_records_and_closed_shards_leave_after_the_retention_period(monkeypatch: pytest.MonkeyPatch) -> None:
    start = sequence.now()
    stream = new_stream(1, created=start)
    parent = stream.open[0]
    stream.put([entry("old")])
    stream.split(parent, HASH_KEYS // 2)

    hour = 3_600_000_000
    monkeypatch.setattr(sequence, "now", lambda: start + 23 * hour)
    (young,) = stream.put([entry("young")])
    assert [record.partition_key for record in parent.records] == ["old"]

    monkeypatch.setattr(sequence, "now", lambda: start + 25 * hour)
    stream.trim()
    assert parent.id not in stream.shards
    assert [record.number for record in stream.shards[young.shard_id].records] == [young.number]


def test_reading_stops_at_the_size_but_gives_one_record_at_least() -> None:
    stream = new_stream(1)
    stream.put([entry("k", b"x" * 100) for _ in range(5)])
    shard = stream.open[0]

    assert len(shard.read(sequence.TRIM_HORIZON, 10, 250)) == 2
    assert len(shard.read(sequence.TRIM_HORIZON, 10, 1)) == 1
    assert len(shard.read(sequence.TRIM_HORIZON, 3, 10_000)) == 3


@pytest.mark.parametrize("count", [1, 3, 4, 7, 500])
def test_even_bounds_begin_at_the_first_key_and_end_behind_the_last(count: int) -> None:
    bounds = even_bounds(count)

    assert (bounds[0], bounds[-1], len(bounds)) == (0, HASH_KEYS, count + 1)
    assert bounds == sorted(set(bounds))


def test_limits_refuse_the_thousand_and_first_record_of_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(limits.SETTING, "aws")
    stream = new_stream(1)
    moment = sequence.now()
    monkeypatch.setattr(sequence, "now", lambda: moment)
    refused = [placed for placed in stream.put([entry("k")] * 1001) if placed.number is None]
    monkeypatch.setattr(sequence, "now", lambda: moment + 1_000_000)
    (later,) = stream.put([entry("k")])

    assert len(refused) == 1
    assert later.number is not None


def test_an_unknown_setting_of_the_limits_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(limits.SETTING, "yes")

    with pytest.raises(ValueError, match="is neither 'aws' nor 'off'"):
        limits.enforced()
