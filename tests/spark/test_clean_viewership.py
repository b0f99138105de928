"""clean_viewership: each record ends in one of three tables, however often and however far the job came before."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from jobs import clean_viewership
from jobs.clean_viewership import Cleaned, clean
from jobs.tables import BRONZE, SILVER, VIEWERSHIP
from jobs.watermark import BATCH_NUMBER, read_watermark
from tests.spark.lake import NOON, Lake, event

STATE = {
    "media_silver.viewership": ("event_id", "sequence_number", "timestamp", "duration_minutes", "batch_number"),
    "media_silver.quarantine": ("sequence_number", "reason", "batch_number"),
    "media_silver.duplicates": ("sequence_number", "event_id", "batch_number"),
}


@pytest.fixture
def lake(spark: SparkSession, tmp_path: Path) -> Lake:
    lake = Lake(spark, tmp_path)
    lake.clear()
    lake.land_channels("ch-001", "ch-002")
    return lake


def state(lake: Lake) -> dict[str, list[object]]:
    return {table: list(lake.rows(table, *columns)) for table, columns in STATE.items()}


def sequence_numbers(lake: Lake, table: str) -> list[str]:
    return [row.sequence_number for row in lake.rows(f"media_silver.{table}", "sequence_number")]


def snapshots(lake: Lake, table: str) -> int:
    return lake.spark.table(f"{table}.snapshots").count()


def test_a_record_becomes_a_typed_row_with_its_identity(lake: Lake) -> None:
    (number,) = lake.arrive(event("e1", ad_revenue=12.34, show_name='Ünï, "q"\n🎬'))

    assert clean(lake.spark, lake.address, "run") == Cleaned(1, loaded=1, quarantined=0, duplicates=0)
    row = lake.spark.table(VIEWERSHIP.full_name).first()
    assert row is not None
    assert (row.event_id, row.sequence_number, row.batch_number) == ("e1", number, 1)
    assert (row.ad_revenue, row.show_name) == (Decimal("12.34"), 'Ünï, "q"\n🎬')
    assert row.is_live is True


def test_a_bad_record_keeps_its_bytes_reason_and_place(lake: Lake) -> None:
    lake.arrive(b"\xff{", event("e1", duration_minutes=-1), event("e2", channel_id="ch-999"))

    assert clean(lake.spark, lake.address, "run") == Cleaned(1, loaded=0, quarantined=3, duplicates=0)
    rows = lake.rows("media_silver.quarantine", "sequence_number", "reason", "field", "value", "data")
    assert [(row.reason, row.field, row.value) for row in rows] == [
        ("not_utf8", None, "ff 7b"),
        ("out_of_range", "duration_minutes", "-1"),
        ("unknown_channel", "channel_id", "ch-999"),
    ]
    assert bytes(rows[0].data) == b"\xff{"


def test_an_empty_or_absent_bronze_commits_nothing(lake: Lake) -> None:
    assert clean(lake.spark, lake.address, "run") is None
    lake.spark.sql(f"DROP TABLE {BRONZE}")
    assert clean(lake.spark, lake.address, "run") is None
    assert [snapshots(lake, table.full_name) for table in SILVER[:3]] == [0, 0, 0]


def test_a_second_run_with_nothing_new_commits_nothing(lake: Lake) -> None:
    lake.arrive(event("e1"), event("e1"), b"?")
    clean(lake.spark, lake.address, "run")
    before = [snapshots(lake, table.full_name) for table in SILVER[:3]]

    assert clean(lake.spark, lake.address, "again") is None
    assert [snapshots(lake, table.full_name) for table in SILVER[:3]] == before


def test_only_records_after_the_watermark_are_read(lake: Lake) -> None:
    lake.arrive(event("e1"))
    clean(lake.spark, lake.address, "run")
    lake.arrive(event("e2"), event("e3"))
    lake.arrive(event("e4"))

    assert clean(lake.spark, lake.address, "run") == Cleaned(2, loaded=3, quarantined=0, duplicates=0)
    assert [row.batch_number for row in lake.rows("media_silver.viewership", "event_id", "batch_number")] == [
        1,
        2,
        2,
        2,
    ]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param({"timestamp": NOON}, {"timestamp": NOON + timedelta(minutes=1)}, id="by timestamp"),
        pytest.param({"timestamp": NOON, "duration_minutes": 9}, {"timestamp": NOON}, id="by sequence number"),
        pytest.param({"timestamp": NOON}, {"timestamp": NOON + timedelta(minutes=59)}, id="by timestamp, far"),
    ],
)
@pytest.mark.parametrize("batches", [1, 2])
def test_the_newest_version_of_an_event_counts(
    lake: Lake, first: dict[str, object], second: dict[str, object], batches: int
) -> None:
    old = lake.arrive(event("e1", **first))
    if batches == 2:
        clean(lake.spark, lake.address, "run")
    new = lake.arrive(event("e1", **second))
    clean(lake.spark, lake.address, "run")

    assert sequence_numbers(lake, "viewership") == new
    assert sequence_numbers(lake, "duplicates") == old


def test_sequence_numbers_compare_as_numbers(lake: Lake) -> None:
    numbers = lake.arrive(*[event("e1")] * 12)
    clean(lake.spark, lake.address, "run")

    assert numbers[-1] == "12"
    assert sequence_numbers(lake, "viewership") == ["12"]


def test_a_late_duplicate_that_is_older_changes_no_event(lake: Lake) -> None:
    kept = lake.arrive(event("e1", timestamp=NOON))
    clean(lake.spark, lake.address, "run")
    late = lake.arrive(event("e1", timestamp=NOON - timedelta(minutes=5)))
    clean(lake.spark, lake.address, "run")

    assert sequence_numbers(lake, "viewership") == kept
    assert sequence_numbers(lake, "duplicates") == late


@pytest.mark.parametrize("days", [1, 9])
def test_an_event_that_moves_to_another_day_leaves_its_old_one(lake: Lake, days: int) -> None:
    old = lake.arrive(
        event("e1", timestamp=NOON - timedelta(days=days)), event("e2", timestamp=NOON - timedelta(days=days))
    )
    clean(lake.spark, lake.address, "run")
    new = lake.arrive(event("e1", timestamp=NOON))
    clean(lake.spark, lake.address, "run")

    assert lake.rows("media_silver.viewership", "event_id", "sequence_number") == [("e1", new[0]), ("e2", old[1])]
    assert lake.rows("media_silver.duplicates", "sequence_number", "timestamp", "batch_number") == [
        (old[0], (NOON - timedelta(days=days)).replace(tzinfo=None), 2)
    ]


@pytest.mark.parametrize("batches", [1, 2])
@pytest.mark.parametrize(("days", "is_version"), [(29, True), (30, True), (31, False)])
def test_an_id_seen_again_after_more_than_30_days_is_another_event(
    lake: Lake, days: int, is_version: bool, batches: int
) -> None:
    old = lake.arrive(event("e1"))
    if batches == 2:
        clean(lake.spark, lake.address, "run")
    later = timedelta(days=days)
    new = lake.arrive(event("e1", timestamp=NOON + later), at=NOON + later)
    clean(lake.spark, lake.address, "run")

    assert sequence_numbers(lake, "viewership") == (new if is_version else old + new)
    assert sequence_numbers(lake, "duplicates") == (old if is_version else [])


def test_a_version_between_two_events_makes_them_one(lake: Lake) -> None:
    numbers = []
    for days in (0, 40, 20):
        at = NOON + timedelta(days=days)
        numbers += lake.arrive(event("e1", timestamp=at), at=at)
        clean(lake.spark, lake.address, "run")
    first, second, between = numbers

    assert sequence_numbers(lake, "viewership") == [second]
    assert sequence_numbers(lake, "duplicates") == [first, between]


def test_a_batch_reads_silver_in_the_days_around_its_own_alone(lake: Lake) -> None:
    long_ago = NOON - timedelta(days=100)
    lake.arrive(event("e1", timestamp=long_ago), at=long_ago)
    clean(lake.spark, lake.address, "run")
    old = lake.arrive(event("e2", timestamp=NOON - timedelta(days=29)))
    clean(lake.spark, lake.address, "run")
    lake.lose_files(VIEWERSHIP.name, long_ago.date())
    new = lake.arrive(event("e1"), event("e2"))

    assert clean(lake.spark, lake.address, "run") == Cleaned(3, loaded=2, quarantined=0, duplicates=1)
    assert sequence_numbers(lake, "duplicates") == old
    around = lake.spark.table(VIEWERSHIP.full_name).where("timestamp > '2026-01-01'")
    assert sorted(row.sequence_number for row in around.collect()) == new


def test_a_record_twice_in_bronze_is_one_record(lake: Lake) -> None:
    (number,) = lake.arrive(event("e1"))
    lake.spark.table(BRONZE).localCheckpoint().writeTo(BRONZE).append()
    clean(lake.spark, lake.address, "run")

    assert (sequence_numbers(lake, "viewership"), sequence_numbers(lake, "duplicates")) == ([number], [])


@pytest.mark.parametrize("step", ["quarantine", "set_aside", "load"])
def test_a_job_killed_before_any_of_its_commits_ends_the_same_when_repeated(
    lake: Lake, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake.arrive(event("e1"), event("e2"), b"bad")
    clean(lake.spark, lake.address, "run")
    lake.arrive(event("e1", timestamp=NOON + timedelta(minutes=1)), event("e3"), event("e3"), b"worse")

    class KilledError(Exception):
        pass

    def killed(*arguments: object) -> None:
        raise KilledError

    with monkeypatch.context() as patch, pytest.raises(KilledError):
        patch.setattr(clean_viewership, step, killed)
        clean(lake.spark, lake.address, "run")
    clean(lake.spark, lake.address, "run")

    assert lake.rows("media_silver.viewership", "event_id", "sequence_number", "batch_number") == [
        ("e1", "4", 2),
        ("e2", "2", 1),
        ("e3", "6", 2),
    ]
    assert sequence_numbers(lake, "quarantine") == ["3", "7"]
    assert lake.rows("media_silver.duplicates", "sequence_number", "batch_number") == [("1", 2), ("5", 2)]


def test_a_replay_of_all_bronze_changes_no_row(lake: Lake) -> None:
    lake.arrive(event("e1"), event("e2"), event("e2"), b"bad")
    clean(lake.spark, lake.address, "run")
    lake.arrive(event("e1", timestamp=NOON - timedelta(days=2)), event("e4"))
    clean(lake.spark, lake.address, "run")
    before = state(lake)
    lake.arrive(event("e5"))
    expire_snapshots(lake, BRONZE)

    assert clean(lake.spark, lake.address, "run") == Cleaned(3, loaded=1, quarantined=1, duplicates=2)
    after = state(lake)
    assert after.pop("media_silver.viewership")[:3] == before.pop("media_silver.viewership")
    assert after == before


def expire_snapshots(lake: Lake, table: str) -> None:
    """As maintenance does it: the table's older snapshots are forgotten, its rows are not."""
    lake.spark.sql(
        f"CALL glue.system.expire_snapshots(table => '{table}', older_than => TIMESTAMP '2999-01-01 00:00:00',"
        " retain_last => 1)"
    )


def compact(lake: Lake, table: str) -> None:
    lake.spark.sql(f"CALL glue.system.rewrite_data_files(table => '{table}', options => map('rewrite-all','true'))")


def test_a_watermark_lost_with_silvers_snapshots_goes_on_counting(lake: Lake) -> None:
    lake.arrive(event("e1"))
    clean(lake.spark, lake.address, "run")
    compact(lake, VIEWERSHIP.full_name)
    expire_snapshots(lake, VIEWERSHIP.full_name)
    lake.arrive(event("e2"))

    assert clean(lake.spark, lake.address, "run") == Cleaned(2, loaded=1, quarantined=0, duplicates=0)
    assert lake.rows("media_silver.viewership", "event_id", "batch_number") == [("e1", 1), ("e2", 2)]


def test_a_compaction_of_bronze_reads_no_record_again(lake: Lake) -> None:
    lake.arrive(event("e1"))
    clean(lake.spark, lake.address, "run")
    lake.arrive(event("e2"))
    compact(lake, BRONZE)

    assert clean(lake.spark, lake.address, "run") == Cleaned(2, loaded=1, quarantined=0, duplicates=0)


def test_the_watermark_is_the_sessions_no_longer_after_the_commit(lake: Lake) -> None:
    lake.arrive(event("e1"))
    clean(lake.spark, lake.address, "run")
    lake.spark.sql(f"DELETE FROM {VIEWERSHIP.full_name} WHERE event_id = 'e1'")

    summaries = (
        lake.spark.table(f"{VIEWERSHIP.full_name}.snapshots").orderBy("committed_at").select("summary").collect()
    )
    assert [BATCH_NUMBER in row.summary for row in summaries] == [True, False]
    mark = read_watermark(lake.spark)
    assert mark is not None
    assert mark.batch_number == 1


def test_without_channel_metadata_nothing_is_judged(lake: Lake) -> None:
    lake.arrive(event("e1"))
    lake.land("channel_metadata", "channel_id,channel_name,genre,language,launch_year\nch-001,,news,en,1999\n")

    with pytest.raises(LookupError, match="landing/channel_metadata"):
        clean(lake.spark, lake.address, "run")
    assert lake.rows("media_silver.channel_metadata_quarantine", "line_number", "reason", "raw") == [
        (2, "missing_field", "ch-001,,news,en,1999")
    ]
