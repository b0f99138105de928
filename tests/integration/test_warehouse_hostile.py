"""What people and programs may write, loaded as it is: titles, names of runs, nothing at all, and half an export."""

import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from media_stream import batch
from snowflake.connector import SnowflakeConnection

from tests.lake_exports import COLUMNS
from tests.seeded_lake import Export, Rows
from tests.seeded_warehouse import audit, define, load, put

pytestmark = pytest.mark.processes("what is loaded is the SQL's affair, however the warehouse is run")

DAY = datetime(2026, 11, 20, 12, tzinfo=UTC)
NUMBERS = count(1)
READ = ("VIEWERSHIP_LOGS", "SHOWS", "HOURLY_CHANNEL_KPIS", "AUDIENCE", "DIM_SHOW", "DIM_DATE")

TITLES = [
    pytest.param('News, "Live", it\'s on', id="commas and quotes"),
    pytest.param("'; DROP TABLE ANALYTICS.SHOWS; --", id="SQL"),
    pytest.param("<script>alert(1)</script>", id="a script"),
    pytest.param("%s %(run_id)s {{ run_id }} ${x} $1 :1 ?", id="placeholders"),
    pytest.param("one\ntwo\r\nthree\ttab", id="line breaks"),
    pytest.param("\\N \\n \\x00 back\\slash\\", id="backslashes"),
    pytest.param("👩‍👩‍👧 e\u0301 \u202eright to left \u200b", id="emoji, combining and invisible characters"),
    pytest.param(" padded ", id="blanks at both ends"),
    pytest.param("NULL", id="a word for nothing"),
    pytest.param("é" * 500, id="as long as it may be"),
]


@pytest.fixture(scope="module")
def connection(warehouse: Callable[[], SnowflakeConnection]) -> Iterator[SnowflakeConnection]:
    """A database of these tests' own."""
    with warehouse() as session:
        define(session, f"HOSTILE_{uuid.uuid4().hex[:8]}".upper())
        yield session


def export(events: int = 0, **changes: Any) -> Export:
    """A new export with as many viewing events of their own."""
    number = next(NUMBERS)
    rows: dict[str, Rows] = {table: [] for table in COLUMNS}
    for each in range(events):
        identity = {
            "stream_name": "viewership-stream",
            "partition_key": "u1",
            "sequence_number": str(number * 1000 + each),
            "arrived_at": DAY + timedelta(seconds=number),
        }
        rows["records"].append(identity)
        rows["viewership"].append(identity | event(f"e{number}-{each}") | changes)
    rows["channels"] = [{"channel_id": "c1", "channel_name": "One", "genre": None, "language": None}]
    export_id = f"through-{number:012d}"
    return Export(
        export_id, {table: [row | {"export_id": export_id} for row in found] for table, found in rows.items()}
    )


def event(event_id: str) -> dict[str, Any]:
    """A good event, but for its record's identity."""
    names = {name: "x" for name, kind in COLUMNS["viewership"].items() if kind == "STRING"}
    chosen = {"genre": "news", "region": "EMEA", "subscription_type": "free", "device": "tv", "platform": "roku"}
    figures = {"duration_minutes": 30, "ads_watched": 0, "buffer_count": 0, "schema_version": 1, "is_live": False}
    scores = {"engagement_score": 0.5, "completion_percentage": 50.0, "ad_revenue": Decimal("0.00")}
    for name in ("stream_name", "partition_key", "sequence_number"):
        del names[name]
    return names | chosen | figures | scores | {"event_id": event_id, "channel_id": "c1", "timestamp": DAY}


def ask(connection: SnowflakeConnection, sql: str, *values: Any) -> list[Any]:
    """The first column of a query."""
    cursor = connection.cursor().execute(sql, values)
    assert cursor is not None
    return [row[0] for row in cursor.fetchall()]


@pytest.mark.parametrize("title", TITLES)
@pytest.mark.parametrize("table", ["VIEWERSHIP_LOGS", "SHOWS", "SHOW_TRENDS", "DIM_SHOW"])
def test_a_title_is_the_same_at_both_ends(
    connection: SnowflakeConnection, loaded_titles: None, table: str, title: str
) -> None:
    titles = ask(connection, f"SELECT DISTINCT SHOW_NAME FROM ANALYTICS.{table}")
    assert title.encode() in [found.encode() for found in titles]
    assert ask(connection, f"SELECT COUNT(*) FROM ANALYTICS.{table} WHERE SHOW_NAME = %s", title) == [1]


@pytest.fixture(scope="module")
def loaded_titles(connection: SnowflakeConnection) -> None:
    """One event of each title."""
    titles = export(len(TITLES))
    for row, title in zip(titles.rows["viewership"], TITLES, strict=True):
        row["show_name"] = title.values[0]
    load(connection, titles, run_id="titles")


@pytest.mark.parametrize(
    "run_id",
    [
        pytest.param("'; DROP TABLE OPS.LEDGER; --", id="SQL"),
        pytest.param('manual__"2026" \\\' %(first_arrival)s {{ run_id }} <b>\n😀', id="whatever else"),
    ],
)
def test_a_run_may_have_any_name(connection: SnowflakeConnection, run_id: str) -> None:
    load(connection, export(1), run_id)
    assert ask(connection, "SELECT RUN_ID FROM STAGING.BATCH") == [run_id]
    assert ask(connection, "SELECT BALANCED FROM OPS.LEDGER WHERE RUN_ID = %s", run_id) == [True]


def test_nothing_stays_nothing(connection: SnowflakeConnection) -> None:
    refused = export()
    identity = {"stream_name": "s", "partition_key": "p", "sequence_number": "999", "arrived_at": DAY}
    reason = {"reason": "not_utf8", "sentence": None, "field": None, "value": None, "data": None}
    refused.rows["records"].append(identity | {"export_id": refused.id})
    refused.rows["quarantine"].append(identity | reason | {"export_id": refused.id})
    load(connection, refused, run_id="nothing")
    refusal = "SELECT COUNT(SENTENCE) + COUNT(FIELD) + COUNT(VALUE) + COUNT(DATA) FROM OPS.QUARANTINE"
    assert ask(connection, f"{refusal} WHERE SEQUENCE_NUMBER = '999'") == [0]
    assert ask(connection, "SELECT COUNT(GENRE) + COUNT(LANGUAGE) + COUNT(LAUNCH_YEAR) FROM ANALYTICS.DIM_CHANNEL") == [
        0
    ]


def test_an_export_without_a_row_changes_nothing(connection: SnowflakeConnection) -> None:
    load(connection, export(2), run_id="before")
    before = [ask(connection, f"SELECT COUNT(*) FROM ANALYTICS.{table}") for table in READ]
    load(connection, export(), run_id="empty")
    assert [ask(connection, f"SELECT COUNT(*) FROM ANALYTICS.{table}") for table in READ] == before
    assert ask(connection, "SELECT RECORDS FROM OPS.LEDGER WHERE RUN_ID = 'empty'") == [0]


def test_half_an_export_is_named_by_the_audit_and_never_published(connection: SnowflakeConnection) -> None:
    half = export(4)
    marker = half.marker
    del half.rows["viewership"][2:]
    put(connection, half)
    with batch.transaction(connection) as cursor:
        batch.stage(cursor, [marker], "half")
    [fault] = audit(connection)
    assert fault[0] == half.id
    assert "4 events" in fault[-1]
    assert ask(connection, "SELECT COUNT(*) FROM ANALYTICS.VIEWERSHIP_LOGS WHERE EXPORT_ID = %s", half.id) == [0]
