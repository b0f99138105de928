"""An export of the lake, from S3 through COPY and MERGE to the ledger: once, again, corrected and half done."""

from datetime import timedelta
from decimal import Decimal

import pytest
from media_stream import batch

from scripts import warehouse as deployment
from tests.loaded_lake import ADS, DAY, FATES, HOSTILE, SQL, TOTALS, Export, Lake, first_export

pytestmark = pytest.mark.processes("what is loaded is the SQL's affair, however the warehouse is run")


def test_an_export_ends_in_the_tables_the_marts_and_a_balanced_ledger(lake: Lake) -> None:
    lake.load(first_export())
    assert lake.query(TOTALS) == [(3, 90, Decimal("0.40"))]
    assert lake.query(FATES) == [(5, 3, 1, 1)]
    assert lake.failing() == set()
    next_day = DAY.date() + timedelta(days=1)
    assert lake.query(ADS) == [
        (DAY.date(), "c1", Decimal("0.20"), Decimal("0.15"), Decimal("0.05")),
        (next_day, "c2", Decimal("0.20"), None, None),
    ]
    assert lake.close_books() == [(True, True, True)]
    assert lake.ask("ledger/unbalanced.sql") == []


def test_text_bytes_and_times_arrive_as_they_were_sent(lake: Lake) -> None:
    lake.load(first_export())
    [(show, at)] = lake.query("SELECT SHOW_NAME, TIMESTAMP FROM ANALYTICS.VIEWERSHIP_LOGS WHERE EVENT_ID = 'e1'")
    assert (show, at) == (HOSTILE, DAY.replace(tzinfo=None))
    assert lake.query("SELECT DATA, FIELD FROM OPS.QUARANTINE") == [(b"\xff\x00", None)]


def test_loading_an_export_again_changes_nothing(lake: Lake) -> None:
    lake.load(first_export())
    before = lake.query("SELECT * FROM ANALYTICS.VIEWERSHIP_LOGS ORDER BY EVENT_ID"), lake.query(ADS), lake.query(FATES)
    lake.load(first_export())
    after = lake.query("SELECT * FROM ANALYTICS.VIEWERSHIP_LOGS ORDER BY EVENT_ID"), lake.query(ADS), lake.query(FATES)
    assert before == after
    assert lake.query("SELECT COUNT(*), MAX(VIEWERSHIP_ROWS), MAX(AD_REVENUE) FROM OPS.LOADS") == [
        (1, 3, Decimal("0.40"))
    ]


def test_an_event_that_moves_to_another_day_leaves_its_old_day_s_marts(lake: Lake) -> None:
    lake.load(first_export())
    moved = Export("through-000000000002")
    moved.event("e3", 6, DAY + timedelta(days=2), channel_id="c2")
    moved.duplicate("e3", 3, DAY + timedelta(days=1))
    lake.load(moved)
    assert lake.query(TOTALS) == [(3, 90, Decimal("0.30"))]
    assert lake.failing() == set()
    assert [row[0] for row in lake.query("SELECT DISTINCT DAY FROM ANALYTICS.SHOWS ORDER BY 1")] == [
        DAY.date(),
        DAY.date() + timedelta(days=2),
    ]
    assert lake.query(FATES) == [(6, 3, 1, 2)]


FIRST, SECOND = 0, 1


@pytest.mark.parametrize(
    "order",
    [
        pytest.param((FIRST, SECOND), id="once each"),
        pytest.param((FIRST, SECOND, SECOND), id="the last again"),
        pytest.param((FIRST, SECOND, FIRST), id="the first again"),
        pytest.param((SECOND, FIRST), id="the other way round"),
    ],
)
def test_only_the_version_that_counts_is_loaded_whatever_the_order_of_loads(lake: Lake, order: tuple[int, ...]) -> None:
    first, second = Export("through-000000000001"), Export("through-000000000002")
    first.event("e1", 1, device="old")
    second.event("e1", 2, DAY + timedelta(days=29), device="new")
    second.duplicate("e1", 1)
    second.rows["channels"] = first_export().rows["channels"]
    for index in order:
        lake.load((first, second)[index])
    lake.bound["first_arrival"] = batch.utc_text(first.marker().first_arrival)
    assert lake.query("SELECT DEVICE FROM ANALYTICS.VIEWERSHIP_LOGS") == [("new",)]
    assert lake.query(FATES) == [(2, 1, 0, 1)]
    assert lake.failing() == set()
    assert lake.query("SELECT DAY FROM ANALYTICS.SHOWS") == [(DAY.date() + timedelta(days=29),)]


@pytest.mark.parametrize(
    ("apart", "failing"),
    [
        pytest.param(timedelta(days=29), {"EVENT_IDS_UNIQUE"}, id="versions of one event"),
        pytest.param(timedelta(days=30), {"EVENT_IDS_UNIQUE"}, id="as far as versions may be"),
        pytest.param(timedelta(days=31), set(), id="two events"),
    ],
)
def test_an_id_is_a_key_within_30_days(lake: Lake, apart: timedelta, failing: set[str]) -> None:
    lake.load(first_export())
    again = Export("through-000000000002")
    again.event("e1", 6, DAY + apart)
    lake.load(again)
    assert lake.query("SELECT COUNT(*) FROM ANALYTICS.VIEWERSHIP_LOGS WHERE EVENT_ID = 'e1'") == [(2,)]
    assert lake.failing() == failing
    assert lake.close_books() == [(True, True, True)]


def test_the_books_of_a_run_are_of_what_its_exports_touch(lake: Lake) -> None:
    export = first_export()
    export.record(77)
    lake.load(export)
    later = Export("through-000000000002")
    later.event("e9", 9, DAY + timedelta(days=40))
    lake.load(later)
    assert lake.close_books("the later export") == [(True, True, True)]
    lake.bound["first_arrival"] = batch.utc_text(export.marker().first_arrival)
    lake.close_books("both, as the outbox has them after a failure")
    assert lake.query("SELECT RECORDS, UNACCOUNTED FROM OPS.LEDGER ORDER BY RECORDS") == [(1, 0), (7, 1)]


def test_a_second_deployment_keeps_what_is_loaded(lake: Lake) -> None:
    lake.load(first_export())
    notes: list[str] = []
    deployment.deploy(lake.variables, notes.append)
    assert len(notes) == len(deployment.numbered_files(SQL))
    assert lake.query(TOTALS) == [(3, 90, Decimal("0.40"))]
    lake.load(first_export())


def test_exports_that_waited_together_are_one_batch(lake: Lake) -> None:
    later = Export("through-000000000002")
    later.event("e1", 9, device="mobile")
    later.duplicate("e1", 1)
    lake.load(first_export(), later)
    assert lake.query("SELECT EXPORT_ID, COUNT(*) FROM ANALYTICS.VIEWERSHIP_LOGS GROUP BY 1 ORDER BY 1") == [
        ("through-000000000001", 2),
        ("through-000000000002", 1),
    ]
    assert lake.query("SELECT EXPORT_ID, VIEWERSHIP_ROWS FROM OPS.LOADS ORDER BY 1") == [
        ("through-000000000001", 3),
        ("through-000000000002", 1),
    ]
    assert lake.query("SELECT DEVICE FROM ANALYTICS.VIEWERSHIP_LOGS WHERE EVENT_ID = 'e1'") == [("mobile",)]
    assert lake.failing() == set()


def test_a_record_that_ended_nowhere_unbalances_the_ledger_and_is_named(lake: Lake) -> None:
    export = first_export()
    export.record(77)
    lake.load(export)
    assert lake.close_books() == [(True, False, True)]
    [named] = lake.ask("ledger/unbalanced.sql")
    assert named[2].endswith("77")
