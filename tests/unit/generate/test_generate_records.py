"""The sequence of records: the same bytes every time, good ones good, bad ones bad for the reason they claim."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.parse import Event, Rejection, parse
from jobs.schema import FIELD_NAMES
from scripts.generate.kinds import GOOD_KINDS
from scripts.generate.records import MAX_BATCH_BYTES, MAX_BATCH_RECORDS, Record, Sequence, batches
from scripts.generate.settings import Shares
from scripts.generate.viewing import as_of_ms, event_id, money
from scripts.generate.world import world

AS_OF = datetime(2026, 11, 23, 12, 34, 56, 789000, tzinfo=UTC)
CHANNELS = frozenset(channel.channel_id for channel in world(7).channels)


def records(count: int, *, start: int = 0, seed: int = 7, as_of: datetime = AS_OF) -> list[Record]:
    return list(Sequence(seed, Shares(), start, as_of_ms(as_of)).take(count))


@pytest.fixture(scope="module")
def first() -> list[Record]:
    """The first 20,000 records of seed 7."""
    return records(20_000)


def judged(record: Record, arrived_at: datetime = AS_OF) -> str:
    """The reason the pipeline would quarantine the record for, or 'good'."""
    result = parse(record.data, arrived_at, CHANNELS)
    return result.reason.value if isinstance(result, Rejection) else "good"


@pytest.mark.parametrize("arrives_after", [timedelta(0), timedelta(hours=6)], ids=["at once", "6 hours later"])
def test_the_pipeline_judges_every_record_as_its_claim_says(first: list[Record], arrives_after: timedelta) -> None:
    expected = {
        record.index: record.kind if record.kind not in {*GOOD_KINDS, "duplicate"} else "good" for record in first
    }
    assert {record.index: judged(record, AS_OF + arrives_after) for record in first} == expected


def test_the_claimed_event_id_and_partition_key_are_those_in_the_data(first: list[Record]) -> None:
    events = [(record, parse(record.data, AS_OF, CHANNELS)) for record in first]
    good = [(record, event) for record, event in events if isinstance(event, Event)]
    assert len(good) == 19_800
    assert all((record.event_id, record.partition_key) == (event.event_id, event.user_id) for record, event in good)


def test_event_ids_are_unique_but_for_duplicates(first: list[Record]) -> None:
    ids = Counter(record.event_id for record in first if record.kind in GOOD_KINDS)
    assert set(ids.values()) == {1}
    assert {record.event_id for record in first if record.kind == "duplicate"} <= ids.keys()


def test_duplicates_come_unchanged_and_in_newer_versions(first: list[Record]) -> None:
    by_index = {record.index: record for record in first}
    pairs = [(record, by_index[record.repeats]) for record in first if record.repeats is not None]
    assert all(again.event_id == original.event_id and again.index > original.index for again, original in pairs)
    changed = [
        (json.loads(again.data), json.loads(original.data)) for again, original in pairs if again.data != original.data
    ]
    assert 60 <= len(changed) <= 140
    assert all(again["timestamp"] > original["timestamp"] for again, original in changed)
    assert all(again["duration_minutes"] > original["duration_minutes"] for again, original in changed)


def test_late_events_began_one_to_three_days_before_their_time(first: list[Record]) -> None:
    ages = [AS_OF - datetime.fromisoformat(json.loads(r.data)["timestamp"]) for r in first if r.kind == "late"]
    assert min(ages) >= timedelta(days=1)
    assert max(ages) <= timedelta(days=6)
    plain = [AS_OF - datetime.fromisoformat(json.loads(r.data)["timestamp"]) for r in first if r.kind == "event"]
    assert min(plain) >= timedelta(0)
    assert max(plain) <= timedelta(days=3)


def test_the_day_has_a_prime_time_and_a_night(first: list[Record]) -> None:
    """In EMEA (an hour ahead of UTC) far more viewings end in the evening than in the small hours."""
    ends = Counter(
        (datetime.fromisoformat(event["timestamp"]) + timedelta(hours=1, minutes=event["duration_minutes"])).hour
        for event in (json.loads(record.data) for record in first if record.kind == "event")
        if event["region"] == "EMEA"
    )
    assert sum(ends[hour] for hour in (19, 20, 21)) > 5 * sum(ends[hour] for hour in (3, 4, 5))


def test_few_titles_make_most_of_the_viewing_and_many_are_rare(first: list[Record]) -> None:
    titles = Counter(
        json.loads(r.data)["channel_id"] + json.loads(r.data)["show_name"] for r in first if r.kind == "event"
    )
    in_order = [count for _, count in titles.most_common()]
    assert sum(in_order[: len(in_order) // 10]) > 0.4 * sum(in_order)
    assert in_order[-1] <= 3


def test_viewers_agree_with_the_demographics(first: list[Record]) -> None:
    viewers = world(7).viewers
    known = dict(zip(viewers.ids, zip(viewers.region_names, viewers.subscription_names, strict=True), strict=True))
    events = [json.loads(record.data) for record in first if record.kind == "event"]
    assert all(known[event["user_id"]] == (event["region"], event["subscription_type"]) for event in events)


def test_text_holds_what_breaks_careless_readers(first: list[Record]) -> None:
    names = {json.loads(r.data)["show_name"] + json.loads(r.data)["channel_name"] for r in first if r.kind == "event"}
    text = "".join(names)
    assert all(character in text for character in ',"\n%\\🎬עا')


@settings(max_examples=25, deadline=None)
@given(start=st.integers(0, 50_000), count=st.integers(1, 1_500), seed=st.integers(0, 2**62))
def test_the_same_seed_start_and_instant_give_the_same_bytes(start: int, count: int, seed: int) -> None:
    taken = records(count, start=start, seed=seed)
    assert taken == records(count, start=start, seed=seed)
    assert [record.index for record in taken] == list(range(start, start + count))


def test_a_later_run_sends_new_events(first: list[Record]) -> None:
    later = records(2_000, start=20_000, as_of=AS_OF + timedelta(minutes=5))
    assert not {r.event_id for r in later if r.kind in GOOD_KINDS} & {r.event_id for r in first if r.event_id}
    assert {record.event_id for record in later if record.kind == "duplicate"} & {record.event_id for record in first}


def test_another_seed_gives_another_sequence() -> None:
    assert not {record.data for record in records(1_000, seed=1)} & {record.data for record in records(1_000, seed=2)}


def test_an_event_id_holds_no_date() -> None:
    assert event_id(7, 41) == records(1, start=41, as_of=AS_OF + timedelta(days=9))[0].event_id


@pytest.mark.parametrize(("cents", "text"), [(0, "0.00"), (7, "0.07"), (150, "1.50"), (12_345_678_901, "123456789.01")])
def test_money_is_a_number_with_two_decimals(cents: int, text: str) -> None:
    assert orjson.dumps(money(cents)).decode() == text


def test_good_events_hold_exactly_the_fields_of_the_schema(first: list[Record]) -> None:
    assert {tuple(json.loads(r.data)) for r in first if r.kind in GOOD_KINDS} == {FIELD_NAMES}


@settings(max_examples=50, deadline=None)
@given(sizes=st.lists(st.sampled_from([0, 200, 40_000, 1_000_000]), max_size=700))
def test_batches_keep_every_record_in_order_and_the_limits_of_a_request(sizes: list[int]) -> None:
    sent = [Record(index, "event", None, "user", b"x" * size) for index, size in enumerate(sizes)]
    cut = list(batches(iter(sent)))
    assert [record for batch in cut for record in batch.records] == sent
    assert all(1 <= len(batch.records) <= MAX_BATCH_RECORDS for batch in cut)
    assert all(sum(len(record.data) + 4 for record in batch.records) <= MAX_BATCH_BYTES for batch in cut)


def test_a_batch_comes_after_all_originals_of_its_duplicates() -> None:
    for batch in batches(iter(records(10_000))):
        originals = [record.repeats for record in batch.records if record.repeats is not None]
        assert batch.after == max(originals, default=-1) + 1
        assert batch.after <= batch.records[0].index
