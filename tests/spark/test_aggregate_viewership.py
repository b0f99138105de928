"""aggregate_viewership: gold and the exports hold exactly what silver does, however often the job is repeated."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from jobs import aggregate_viewership
from jobs.aggregate_viewership import aggregate
from jobs.clean_viewership import clean
from jobs.exports import COLUMNS, Marker
from jobs.tables import GOLD, SILVER
from tests.spark.lake import NOON, Lake, event

TODAY = NOON.date()


@pytest.fixture
def lake(spark: SparkSession, tmp_path: Path) -> Lake:
    lake = Lake(spark, tmp_path)
    lake.clear()
    lake.land_channels("ch-001", "ch-002")
    return lake


def run(lake: Lake, *data: dict[str, Any] | bytes) -> Marker | None:
    lake.arrive(*data)
    clean(lake.spark, lake.address, "run")
    return aggregate(lake.spark, lake.address)


def exported(lake: Lake, marker: Marker, table: str, *columns: str) -> list[Any]:
    return sorted(
        lake.spark.read.parquet(f"{lake.address}/exports/{table}/{marker.export_id}").select(*columns).collect()
    )


def snapshots(lake: Lake) -> list[int]:
    return [lake.spark.table(f"{table.full_name}.snapshots").count() for table in GOLD]


def test_an_export_holds_the_new_rows_and_its_marker_their_totals(lake: Lake) -> None:
    lake.land("ad_revenue", "channel_id,channel_name,date,ad_revenue\nch-001,One,2026-03-10,3.50\n")
    good = event("e1", ad_revenue=0.1), event("e2", ad_revenue=0.2, duration_minutes=7), event("e1", ad_revenue=0.1)
    marker = run(lake, *good, b"bad")

    assert marker == Marker(
        export_id="through-000000000001",
        through_batch_number=1,
        tables={
            "viewership": 2,
            "quarantine": 1,
            "duplicates": 1,
            "records": 4,
            "channels": 2,
            "demographics": 0,
            "ad_revenue": 1,
        },
        events=2,
        minutes=37,
        ad_revenue="0.30",
        first_arrival="2026-03-10T12:40:00.000000Z",
    )
    written = json.loads((lake.folder / "ops/exports/through-000000000001.json").read_text())
    assert written["ad_revenue"] == "0.30"
    assert written["tables"] == marker.tables
    for table, columns in COLUMNS.items():
        assert lake.spark.read.parquet(f"{lake.address}/exports/{table}/{marker.export_id}").columns == list(columns)
        assert {export_id for (export_id,) in exported(lake, marker, table, "export_id")} <= {marker.export_id}
    assert exported(lake, marker, "duplicates", "sequence_number", "event_id") == [("1", "e1")]
    assert exported(lake, marker, "ad_revenue", "date", "ad_revenue") == [(TODAY, Decimal("3.50"))]


def test_a_second_run_with_nothing_new_writes_nothing(lake: Lake) -> None:
    assert run(lake, event("e1")) is not None
    marker = lake.folder / "ops/exports/through-000000000001.json"
    marker.unlink()
    before = snapshots(lake)

    assert aggregate(lake.spark, lake.address) is None
    assert snapshots(lake) == before
    assert not marker.exists()


def test_an_export_holds_only_what_the_one_before_did_not(lake: Lake) -> None:
    run(lake, event("e1"), b"bad")
    lake.arrive(event("e2"), b"worse")
    clean(lake.spark, lake.address, "run")
    marker = run(lake, event("e3"))

    assert marker is not None
    assert marker.export_id == "through-000000000003"
    assert exported(lake, marker, "viewership", "event_id") == [("e2",), ("e3",)]
    assert exported(lake, marker, "quarantine", "sequence_number") == [("4",)]
    assert exported(lake, marker, "records", "sequence_number") == [("3",), ("4",), ("5",)]


def test_an_increment_reads_silver_in_the_days_it_touched_alone(lake: Lake) -> None:
    long_ago = NOON - timedelta(days=100)
    lake.arrive(event("e1", timestamp=long_ago), event("e1", timestamp=long_ago), b"bad", at=long_ago)
    clean(lake.spark, lake.address, "run")
    aggregate(lake.spark, lake.address)
    for table in SILVER[:3]:
        lake.lose_files(table.name, long_ago.date())
    marker = run(lake, event("e2"), event("e2"), b"worse")

    assert marker is not None
    assert [marker.tables[name] for name in ("viewership", "quarantine", "duplicates", "records")] == [1, 1, 1, 3]


def test_an_export_tells_of_the_older_record_that_it_supersedes(lake: Lake) -> None:
    before = NOON - timedelta(days=29)
    lake.arrive(event("e1", timestamp=before), at=before)
    run(lake, event("e2"))
    marker = run(lake, event("e1"))

    assert marker is not None
    assert marker.first_arrival == "2026-02-09T12:00:00.000000Z"


def test_a_batch_of_bad_records_alone_is_exported_too(lake: Lake) -> None:
    marker = run(lake, b"bad")

    assert marker is not None
    assert (marker.events, marker.minutes, marker.ad_revenue) == (0, 0, "0.00")
    assert marker.tables["quarantine"] == 1


@pytest.mark.parametrize("step", ["build_gold", "write_export", "remember_exported"])
def test_a_job_killed_before_it_is_done_exports_the_same_when_repeated(
    lake: Lake, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake.arrive(event("e1"), b"bad")
    clean(lake.spark, lake.address, "run")

    class KilledError(Exception):
        pass

    def killed(*arguments: object) -> None:
        raise KilledError

    with monkeypatch.context() as patch, pytest.raises(KilledError):
        patch.setattr(aggregate_viewership, step, killed)
        aggregate(lake.spark, lake.address)
    marker = aggregate(lake.spark, lake.address)

    assert marker is not None
    assert marker.tables["records"] == 2
    assert exported(lake, marker, "viewership", "event_id") == [("e1",)]
    assert len(lake.rows("media_gold.shows", "show_name")) == 1


def test_a_moved_event_leaves_every_table_of_its_old_day(lake: Lake) -> None:
    lake.land("demographics", "user_id,gender,age_group,region,subscription_type\n")
    run(lake, event("e1", timestamp=NOON - timedelta(days=3)), event("e2", timestamp=NOON - timedelta(days=9)))
    run(lake, event("e1", timestamp=NOON))

    for table in GOLD:
        assert {row.day for row in lake.rows(table.name, "day")} == {TODAY, TODAY - timedelta(days=9)}, table.name


def test_gold_adds_up_to_silver_to_the_cent(lake: Lake) -> None:
    events = [
        event(f"e{n}", user_id=f"u{n % 3}", timestamp=NOON - timedelta(hours=7 * n), ad_revenue=round((n + 1) / 100, 2))
        for n in range(20)
    ]
    run(lake, *events)
    wanted = (20, 600, sum((Decimal(n + 1) / 100 for n in range(20)), Decimal(0)))

    for table in ("hourly_channel_kpis", "viewer_sessions", "shows", "audience"):
        row = (
            lake.spark.table(f"glue.media_gold.{table}")
            .selectExpr("sum(views)", "sum(minutes)", "sum(ad_revenue)")
            .first()
        )
        assert tuple(row or ()) == wanted, table
    row = lake.spark.table("glue.media_gold.ad_revenue").selectExpr("sum(observed)").first()
    assert tuple(row or ()) == wanted[2:]


def test_concurrency_counts_what_began_before_the_hour_and_the_day(lake: Lake) -> None:
    midnight = datetime(2026, 3, 10, tzinfo=UTC)
    run(
        lake,
        event("over midnight", timestamp=midnight - timedelta(minutes=10), duration_minutes=30),
        event("at midnight", timestamp=midnight, duration_minutes=20),
        event("as both end", timestamp=midnight + timedelta(minutes=20), duration_minutes=100),
        event("of no minutes", timestamp=midnight + timedelta(minutes=25), duration_minutes=0),
        event("next hour", timestamp=midnight + timedelta(minutes=70), duration_minutes=5),
    )

    assert lake.rows("media_gold.hourly_channel_kpis", "hour", "views", "peak_concurrency") == [
        (datetime(2026, 3, 9, 23), 1, 1),
        (datetime(2026, 3, 10, 0), 3, 2),
        (datetime(2026, 3, 10, 1), 1, 2),
    ]


def test_a_late_event_mends_the_concurrency_of_the_day_after(lake: Lake) -> None:
    midnight = datetime(2026, 3, 10, tzinfo=UTC)
    run(lake, event("e1", timestamp=midnight, duration_minutes=20))
    run(lake, event("e2", timestamp=midnight - timedelta(minutes=10), duration_minutes=30))

    assert lake.rows("media_gold.hourly_channel_kpis", "day", "peak_concurrency") == [
        (date(2026, 3, 9), 1),
        (date(2026, 3, 10), 2),
    ]


def test_a_session_ends_after_half_an_hour_without_a_viewing(lake: Lake) -> None:
    def at(minute: int, minutes: int, **more: Any) -> dict[str, Any]:
        name = f"{more.get('user_id')}-{minute}"
        return event(name, timestamp=NOON + timedelta(minutes=minute), duration_minutes=minutes, **more)

    run(lake, at(-120, 60), at(-100, 10), at(-30, 5), at(6, 5), at(-30, 1, user_id="user-2", channel_id="ch-002"))

    columns = ("user_id", "session_number", "started_at", "ended_at", "views", "minutes")
    moments = [(NOON + timedelta(minutes=minute)).replace(tzinfo=None) for minute in (-120, -25, 6, 11, -30, -29)]
    assert lake.rows("media_gold.viewer_sessions", *columns) == [
        ("user-1", 1, moments[0], moments[1], 3, 75),
        ("user-1", 2, moments[2], moments[3], 1, 5),
        ("user-2", 1, moments[4], moments[5], 1, 1),
    ]


def test_shows_are_ranked_by_views_then_minutes(lake: Lake) -> None:
    run(
        lake,
        event("1", show_name="Often", duration_minutes=1),
        event("2", show_name="Often", duration_minutes=1, completion_percentage=100),
        event("3", show_name="Long", duration_minutes=90),
        event("4", show_name="A short one", duration_minutes=2),
    )

    assert lake.rows("media_gold.shows", "rank", "show_name", "views", "average_completion") == [
        (1, "Often", 2, 75.0),
        (2, "Long", 1, 50.0),
        (3, "A short one", 1, 50.0),
    ]


def test_a_viewer_without_demographics_is_unknown(lake: Lake) -> None:
    from jobs.merge_demographics import merge

    lake.land("demographics", "user_id,gender,age_group,region,subscription_type\nu1,female,25-34,NA,basic\n")
    merge(lake.spark, lake.address)
    run(lake, event("e1", user_id="u1"), event("e2", user_id="u2"))

    assert lake.rows("media_gold.audience", "age_group", "gender", "region", "subscription_type", "views") == [
        ("25-34", "female", "EMEA", "free", 1),
        ("unknown", "unknown", "EMEA", "free", 1),
    ]


def test_the_demographics_are_exported_when_they_have_changed_and_then_whole(lake: Lake) -> None:
    from jobs.merge_demographics import merge

    header = "user_id,gender,age_group,region,subscription_type\n"
    lake.land("demographics", f"{header}u1,female,25-34,NA,basic\n")
    merge(lake.spark, lake.address)
    first, second = run(lake, event("e1")), run(lake, event("e2"))
    lake.land("demographics", f"{header}u2,male,35-44,EMEA,free\n")
    merge(lake.spark, lake.address)
    third = run(lake, event("e3"))

    assert [marker.tables["demographics"] for marker in (first, second, third) if marker] == [1, 0, 2]
    assert third is not None
    assert exported(lake, third, "demographics", "user_id", "age_group") == [("u1", "25-34"), ("u2", "35-44")]


def test_observed_revenue_stands_against_the_reported(lake: Lake) -> None:
    lake.land(
        "ad_revenue",
        "channel_id,channel_name,date,ad_revenue\nch-001,One,2026-03-10,3.50\nch-002,Two,2026-03-01,9.99\nch-9,x,never,1\n",
    )
    run(lake, event("e1", ad_revenue=4.00), event("e2", channel_id="ch-002", ad_revenue=1.10))

    assert lake.rows("media_gold.ad_revenue", "day", "channel_id", "observed", "reported", "difference") == [
        (date(2026, 3, 1), "ch-002", Decimal("0.00"), Decimal("9.99"), Decimal("-9.99")),
        (TODAY, "ch-001", Decimal("4.00"), Decimal("3.50"), Decimal("0.50")),
        (TODAY, "ch-002", Decimal("1.10"), None, None),
    ]
    assert lake.rows("media_silver.ad_revenue_quarantine", "line_number", "reason") == [(4, "wrong_type")]


def test_a_new_report_for_an_old_day_rebuilds_that_day(lake: Lake) -> None:
    old = NOON - timedelta(days=5)
    run(lake, event("e1", timestamp=old, ad_revenue=2.00))
    lake.land("ad_revenue", "channel_id,channel_name,date,ad_revenue\nch-001,One,2026-03-05,1.50\n")
    run(lake, event("e2"))

    rows = lake.rows("media_gold.ad_revenue", "day", "observed", "reported", "difference")
    assert rows[0] == (old.date(), Decimal("2.00"), Decimal("1.50"), Decimal("0.50"))


def test_quality_is_kept_by_device_and_platform(lake: Lake) -> None:
    run(
        lake,
        event("e1", buffer_count=3, duration_minutes=60),
        event("e2", buffer_count=0, duration_minutes=60),
        event("e3", device="mobile", platform="ios", buffer_count=0, duration_minutes=0),
    )

    columns = ("device", "platform", "views", "buffer_count", "buffered_views", "buffers_per_hour")
    assert lake.rows("media_gold.quality_of_experience", *columns) == [
        ("mobile", "ios", 1, 0, 0, None),
        ("tv", "roku", 2, 3, 1, 1.5),
    ]
