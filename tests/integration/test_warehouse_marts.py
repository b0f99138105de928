"""What the marts say of the events that were loaded."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from tests.loaded_lake import DAY, HOSTILE, Export, Lake, first_export

pytestmark = pytest.mark.processes("what is loaded is the SQL's affair, however the warehouse is run")

MARTS = [
    pytest.param(
        "SELECT HOUR, CHANNEL_ID, EVENTS, PEAK_CONCURRENCY FROM ANALYTICS.HOURLY_CHANNEL_KPIS ORDER BY 1, 2",
        [
            (DAY.replace(tzinfo=None), "c1", 1, 1),
            (DAY.replace(tzinfo=None, hour=23), "c1", 1, 1),
            (DAY.replace(tzinfo=None) + timedelta(days=1), "c2", 1, 1),
        ],
        id="hours",
    ),
    pytest.param(
        "SELECT DAY, AGE_GROUP, GENDER, REGION, SUBSCRIPTION_TYPE, EVENTS, VIEWERS, MINUTES FROM ANALYTICS.AUDIENCE "
        "ORDER BY 1",
        [
            (DAY.date(), "25-34", "female", "EMEA", "free", 2, 1, 60),
            (DAY.date() + timedelta(days=1), "25-34", "female", "EMEA", "free", 1, 1, 30),
        ],
        id="audience",
    ),
    pytest.param(
        "SELECT DAY, SESSION_NUMBER, STARTED_AT, ENDED_AT, EVENTS, MINUTES FROM ANALYTICS.VIEWER_SESSIONS "
        "ORDER BY 1, 2",
        [
            (DAY.date(), 1, datetime(2026, 11, 20), datetime(2026, 11, 20, 0, 30), 1, 30),
            (DAY.date(), 2, datetime(2026, 11, 20, 23, 59), datetime(2026, 11, 21, 0, 29), 1, 30),
            (date(2026, 11, 21), 1, datetime(2026, 11, 21), datetime(2026, 11, 21, 0, 30), 1, 30),
        ],
        id="sessions",
    ),
    pytest.param(
        "SELECT DAY, DEVICE, EVENTS, BUFFERINGS, BUFFERED_EVENTS, BUFFERINGS_PER_HOUR "
        "FROM ANALYTICS.QUALITY_OF_EXPERIENCE ORDER BY 1",
        [(DAY.date(), "tv", 2, 2, 2, 2.0), (DAY.date() + timedelta(days=1), "tv", 1, 1, 1, 2.0)],
        id="quality of experience",
    ),
    pytest.param(
        "SELECT DAY, AD_EVENTS, FILL_RATE, PER_THOUSAND FROM ANALYTICS.AD_REVENUE ORDER BY 1",
        [(DAY.date(), 2, 1, 50), (DAY.date() + timedelta(days=1), 1, 1, 100)],
        id="ads",
    ),
    pytest.param(
        "SELECT DAY, MONTH_NAME, ISO_WEEK, DAY_OF_WEEK, DAY_NAME, IS_WEEKEND FROM ANALYTICS.DIM_DATE ORDER BY 1",
        [(DAY.date(), "Nov", 47, 5, "Fri", False), (DAY.date() + timedelta(days=1), "Nov", 47, 6, "Sat", True)],
        id="calendar",
    ),
    pytest.param(
        "SELECT SHOW_NAME, GENRE, CHANNEL_ID FROM ANALYTICS.DIM_SHOW ORDER BY 3",
        [(HOSTILE, "news", "c1"), (HOSTILE, "news", "c2")],
        id="titles",
    ),
]


@pytest.mark.parametrize(("query", "rows"), MARTS)
def test_a_mart_says_what_its_events_say(shared_lake: Lake, query: str, rows: list[tuple[Any, ...]]) -> None:
    assert shared_lake.query(query) == rows


def test_a_viewing_counts_in_the_hours_it_lasts_into_the_next_day_s_too(lake: Lake) -> None:
    late, early = Export("through-000000000001"), Export("through-000000000002")
    early.event("e1", 1, DAY + timedelta(days=1, minutes=5), duration_minutes=10)
    late.event("e2", 2, DAY + timedelta(hours=23, minutes=30), duration_minutes=60)
    late.rows["channels"] = first_export().rows["channels"]
    peak = "SELECT PEAK_CONCURRENCY FROM ANALYTICS.HOURLY_CHANNEL_KPIS WHERE HOUR = '2026-11-21 00:00:00'"
    lake.load(early)
    assert lake.query(peak) == [(1,)]
    lake.load(late)
    assert lake.query(peak) == [(2,)]


def test_viewings_that_follow_one_another_are_not_at_the_same_time(lake: Lake) -> None:
    export = first_export()
    export.event("e4", 6, DAY + timedelta(minutes=30))
    lake.load(export)
    assert lake.query("SELECT MAX(PEAK_CONCURRENCY) FROM ANALYTICS.HOURLY_CHANNEL_KPIS") == [(1,)]


def test_a_title_s_trend_is_against_the_day_before(lake: Lake) -> None:
    export = first_export()
    export.event("e4", 6, DAY + timedelta(days=1), show_name="Another", duration_minutes=90)
    export.event("e5", 7, DAY + timedelta(days=1), duration_minutes=20)
    lake.load(export)
    trend = "SELECT DAY_RANK, PREVIOUS_RANK, RANK_CHANGE, MINUTES_CHANGE FROM ANALYTICS.SHOW_TRENDS"
    assert lake.query(f"{trend} WHERE DAY = '2026-11-21' AND CHANNEL_ID = 'c1' ORDER BY 1") == [
        (1, None, None, None),
        (3, 1, -2, -40),
    ]


def test_a_viewer_without_demographics_is_unknown_until_they_come(lake: Lake) -> None:
    viewer = "SELECT GENDER, AGE_GROUP, REGION FROM ANALYTICS.DIM_VIEWER"
    lake.load(first_export())
    assert lake.query(viewer) == [("unknown", "unknown", "EMEA")]
    second = Export("through-000000000002")
    second.event("e9", 9)
    second.rows["demographics"] = [
        {"user_id": "x", "gender": "male", "age_group": "35-44", "region": "NA", "subscription_type": "basic"}
    ]
    lake.load(second)
    assert lake.query(viewer) == [("male", "35-44", "NA")]
