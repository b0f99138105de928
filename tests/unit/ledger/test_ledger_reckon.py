"""The ledger's arithmetic: what balances, every way in which it may not, and that no record is ever counted away."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.ledger import reckon
from scripts.ledger.evidence import Evidence
from scripts.ledger.model import Counts, ReasonCount


def test_a_world_in_order_balances(world: Any) -> None:
    ledger = reckon(world.evidence())
    assert ledger.counts == Counts(
        produced=9, received=10, unclaimed=1, bronze=10, silver=10,
        loaded=7, quarantined=2, duplicates=1, in_flight=0, warehouse=7,
    )  # fmt: skip
    assert ledger.balanced
    assert ledger.imbalances == ()
    assert ledger.notes == ()
    assert ledger.closing_line() == "LEDGER produced=9 loaded=7 quarantined=2 duplicates=1 in_flight=0 BALANCED"


def test_nothing_at_all_is_nothing() -> None:
    ledger = reckon(Evidence())
    assert ledger.counts == Counts()
    assert ledger.balanced


def test_quarantine_is_counted_by_reason_as_claimed_and_as_found(world: Any) -> None:
    assert reckon(world.evidence()).reasons == (ReasonCount("not_json", 1, 1), ReasonCount("unknown_channel", 1, 1))


def test_a_run_is_counted_alone(world: Any) -> None:
    everything, run = reckon(world.evidence()), reckon(world.evidence(), "run-2")
    assert run.closing_line() == "LEDGER produced=4 loaded=2 quarantined=1 duplicates=1 in_flight=0 BALANCED"
    assert run.counts.unclaimed == 0
    assert [(each.run_id, each.counts.produced, each.balanced) for each in everything.runs] == [
        ("run-1", 5, True),
        ("run-2", 4, True),
    ]
    assert everything.runs[1].counts == run.counts


def test_a_record_archived_twice_is_one_record(world: Any) -> None:
    world.received.extend(world.received[:4])
    ledger = reckon(world.evidence())
    assert ledger.counts.received == 10
    assert ledger.balanced


def test_a_claim_written_twice_is_one_claim(world: Any) -> None:
    world.claims.extend(world.claims[:4])
    ledger = reckon(world.evidence())
    assert ledger.counts.produced == 9
    assert ledger.balanced


def test_bronze_may_have_been_cleared_of_what_is_in_the_warehouse(world: Any) -> None:
    world.bronze.clear()
    assert reckon(world.evidence()).balanced


class Broken(NamedTuple):
    """One thing broken in the world: the rules it breaks, and what is said of the first imbalance."""

    rules: dict[str, int]
    sequence: str | None
    last_seen: str
    why: str


def lost_before_the_warehouse(world: Any) -> Broken:
    world.lose(2, "loaded", "silver")
    world.add_up()
    return Broken({"in_flight": 1}, "2", "media_bronze", "has not reached the warehouse")


def lost_after_the_claim(world: Any) -> Broken:
    world.lose(2, "loaded", "silver", "bronze", "received")
    world.add_up()
    return Broken({"in_flight": 1, "not_received": 1}, "2", "the producer's claim", "has not reached the warehouse")


def lost_between_silver_and_warehouse(world: Any) -> Broken:
    world.lose(7, "quarantine")
    return Broken({"in_flight": 1}, "7", "media_silver", "has not reached the warehouse")


def claim_not_received(world: Any) -> Broken:
    world.lose(3, "received")
    return Broken({"not_received": 1}, "3", "VIEWERSHIP_LOGS", "it was claimed, but the raw archive never received it")


def unclaimed_lost(world: Any) -> Broken:
    world.lose(10, "loaded", "silver", "bronze")
    world.add_up()
    return Broken({"in_flight": 1}, "10", "the raw archive", "has not reached the warehouse")


def unclaimed_not_received(world: Any) -> Broken:
    world.lose(10, "received")
    return Broken({"not_received": 1}, "10", "VIEWERSHIP_LOGS", "it was seen, but the raw archive never received it")


def loaded_and_quarantined(world: Any) -> Broken:
    row = world.loaded[0]
    world.quarantine.append({**row, "reason": "too_old"})
    return Broken({"two_fates": 1}, "1", "VIEWERSHIP_LOGS", "it is loaded and quarantined")


def loaded_and_duplicate(world: Any) -> Broken:
    world.duplicates.append(world.loaded[1])
    return Broken({"two_fates": 1}, "2", "VIEWERSHIP_LOGS", "it is loaded and a duplicate")


def quarantined_twice(world: Any) -> Broken:
    world.quarantine.append(world.quarantine[0])
    return Broken({"doubled": 1}, "7", "OPS.QUARANTINE", "holds it 2 times in one table")


def loaded_twice(world: Any) -> Broken:
    world.loaded.append(world.loaded[0])
    world.add_up()
    return Broken({"doubled": 1}, "1", "VIEWERSHIP_LOGS", "holds it 2 times in one table")


def event_loaded_by_two_records(world: Any) -> Broken:
    world.put(11, "event", "e1")
    world.add_up()
    return Broken({"event_doubled": 2}, "1", "VIEWERSHIP_LOGS", "its event is in VIEWERSHIP_LOGS 2 times")


def duplicate_of_nothing(world: Any) -> Broken:
    world.lose(6, "duplicates")
    world.duplicates.append(world.loaded[0] | {"sequence_number": "6", "event_id": "e-none"})
    world.claims[5]["event_id"] = "e-none"
    return Broken({"duplicate_of_nothing": 1}, "6", "OPS.DUPLICATES", "a duplicate of an event that is not loaded")


def loaded_as_another_event(world: Any) -> Broken:
    world.loaded[2]["event_id"] = "e-other"
    return Broken({"other_event": 1}, "3", "VIEWERSHIP_LOGS", "it was claimed as event e3")


def mart_off_by_a_cent(world: Any) -> Broken:
    world.marts[0]["revenue"] += Decimal("0.01")
    why = "adds up to 7 events, 70 minutes, revenue 2.46; the loaded events to 7 events, 70 minutes, revenue 2.45"
    return Broken({"mart": 1}, None, "ANALYTICS.HOURLY_CHANNEL_KPIS", why)


def mart_without_an_event(world: Any) -> Broken:
    world.marts[1]["events"] -= 1
    return Broken({"mart": 1}, None, "ANALYTICS.SHOWS", "adds up to 6 events")


def mart_without_a_minute(world: Any) -> Broken:
    world.marts[1]["minutes"] -= 1
    return Broken({"mart": 1}, None, "ANALYTICS.SHOWS", "69 minutes")


def mart_without_minutes_off(world: Any) -> Broken:
    world.marts[2]["revenue"] -= Decimal("1.00")
    return Broken({"mart": 1}, None, "ANALYTICS.AD_REVENUE", "adds up to 7 events, revenue 1.45")


BREAKS: list[Callable[[Any], Broken]] = [
    lost_before_the_warehouse,
    lost_after_the_claim,
    lost_between_silver_and_warehouse,
    claim_not_received,
    unclaimed_lost,
    unclaimed_not_received,
    loaded_and_quarantined,
    loaded_and_duplicate,
    quarantined_twice,
    loaded_twice,
    event_loaded_by_two_records,
    duplicate_of_nothing,
    loaded_as_another_event,
    mart_off_by_a_cent,
    mart_without_an_event,
    mart_without_a_minute,
    mart_without_minutes_off,
]


@pytest.mark.parametrize("broken", BREAKS, ids=lambda broken: broken.__name__)
def test_an_imbalance_is_found_named_and_placed(world: Any, broken: Callable[[Any], Broken]) -> None:
    expected = broken(world)
    ledger = reckon(world.evidence())
    assert not ledger.balanced
    assert ledger.closing_line().endswith(" UNBALANCED")
    assert ledger.imbalances_by_rule == expected.rules
    first = ledger.imbalances[0]
    assert first.sequence_number == expected.sequence
    assert first.partition_key == (expected.sequence and "user/1")
    assert expected.last_seen in first.last_seen
    assert expected.why in first.why


def test_an_imbalance_of_one_run_is_not_the_others(world: Any) -> None:
    world.lose(5, "loaded")
    world.add_up()
    assert reckon(world.evidence(), "run-1").balanced
    assert not reckon(world.evidence(), "run-2").balanced
    assert [run.balanced for run in reckon(world.evidence()).runs] == [True, False]


def test_a_mart_that_does_not_add_up_unbalances_every_run(world: Any) -> None:
    world.marts[0]["events"] += 1
    assert not reckon(world.evidence(), "run-1").balanced


@pytest.mark.parametrize(
    ("days", "rules"),
    [
        pytest.param(30, {"event_doubled": 2}, id="versions of one event"),
        pytest.param(31, {}, id="two events"),
    ],
)
def test_an_id_names_an_event_within_the_days_its_versions_may_be_apart(
    world: Any, days: int, rules: dict[str, int]
) -> None:
    world.put(11, "event", "e1")
    world.loaded[-1]["timestamp"] += timedelta(days=days)
    world.add_up()
    assert reckon(world.evidence()).imbalances_by_rule == rules


def test_an_event_doubled_across_runs_unbalances_both(world: Any) -> None:
    world.put(11, "event", "e1", run_id="run-2")
    world.add_up()
    assert [run.balanced for run in reckon(world.evidence()).runs] == [False, False]


def test_at_most_twenty_imbalances_are_listed_and_every_rule_is_among_them(world: Any) -> None:
    for sequence in range(100, 150):
        world.put(sequence, "event", f"e{sequence}")
        world.lose(sequence, "loaded")
    world.marts[0]["events"] += 1
    ledger = reckon(world.evidence())
    assert len(ledger.imbalances) == 20
    assert ledger.imbalance_count == 51
    assert {imbalance.rule for imbalance in ledger.imbalances} == {"in_flight", "mart"}


def test_a_good_event_that_was_quarantined_is_noted_though_nothing_is_lost(world: Any) -> None:
    world.lose(2, "loaded", "silver")
    world.quarantine.append({**world.claims[1], "reason": "unknown_channel"})
    world.add_up()
    ledger = reckon(world.evidence())
    assert ledger.balanced
    assert ledger.notes == ("1 records made as event ended in unknown_channel.",)


PLACES = ("claims", "received", "bronze", "silver", "silver_quarantine", "silver_duplicates")
FATES = ("loaded", "quarantine", "duplicates")


@settings(max_examples=60, deadline=None)
@given(
    records=st.lists(
        st.tuples(st.sets(st.sampled_from(PLACES)), st.lists(st.sampled_from(FATES), max_size=3)), max_size=25
    )
)
def test_no_record_is_counted_away(records: list[tuple[set[str], list[str]]]) -> None:
    """Wherever records are: each one seen is produced or unclaimed, and has a fate, is in flight, or is named."""
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in (*PLACES, *FATES)}
    for number, (places, fates) in enumerate(records):
        for place in (*places, *fates):
            rows[place].append(whole_row(number))
    ledger = reckon(evidence_of(rows))
    counts, seen = ledger.counts, [set(places) | set(fates) for places, fates in records if places or fates]
    assert counts.produced + counts.unclaimed == len(seen)
    assert counts.in_flight == sum(not places & set(FATES) for places in seen)
    fates_counted = counts.loaded + counts.quarantined + counts.duplicates + counts.in_flight
    assert fates_counted - len(seen) == sum(max(0, len(places & set(FATES)) - 1) for places in seen)
    in_order = all(
        len(fates) == 1 and "received" in places and fates != ["duplicates"]
        for places, fates in records
        if places or fates
    )
    assert ledger.balanced == in_order


def whole_row(number: int) -> dict[str, Any]:
    return {
        "stream_name": "s", "partition_key": "k", "sequence_number": str(number), "event_id": f"e{number}",
        "run_id": "run-1", "kind": "event", "reason": "too_old", "minutes": 1, "revenue": Decimal("0.10"),
        "timestamp": datetime(2026, 3, 10, 12),
    }  # fmt: skip


def evidence_of(rows: dict[str, list[dict[str, Any]]]) -> Evidence:
    import pyarrow as pa

    schemas = {name: table.schema for name, table in Evidence().tables().items()}
    return Evidence(**{name: pa.Table.from_pylist(given, schema=schemas[name]) for name, given in rows.items()})
