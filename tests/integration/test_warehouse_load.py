"""An export of the lake, from S3 through COPY, MERGE and marts to the ledger: once, again, corrected and half done."""

import io
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from snowflake.connector import SnowflakeConnection
from snowflake.connector.errors import Error

from scripts import warehouse as deployment
from tests.lake_exports import COLUMNS

SQL = Path(__file__).resolve().parents[2] / "snowflake"
DAY = datetime(2026, 11, 20, tzinfo=UTC)
HOSTILE = 'Ça, "va"; -- it\'s <script> 😀\n'

ARROW = {
    "STRING": pa.string(),
    "TIMESTAMP": pa.timestamp("us", tz="UTC"),
    "INT": pa.int32(),
    "BIGINT": pa.int64(),
    "DOUBLE": pa.float64(),
    "BOOLEAN": pa.bool_(),
    "BINARY": pa.binary(),
    "DATE": pa.date32(),
    "DECIMAL(12,2)": pa.decimal128(12, 2),
}


@dataclass
class Export:
    """Rows by exported table."""

    id: str
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def event(self, event_id: str, sequence: int, at: datetime = DAY, **changes: Any) -> dict[str, Any]:
        """Add a viewing event, and its record."""
        row: dict[str, Any] = {name: "x" for name, kind in COLUMNS["viewership"].items() if kind == "STRING"}
        row |= {"event_id": event_id, "channel_id": "c1", "show_name": HOSTILE, "timestamp": at, "is_live": True}
        row |= {"duration_minutes": 30, "ads_watched": 2, "ad_revenue": Decimal("0.10"), "engagement_score": 0.5}
        row |= {"buffer_count": 1, "completion_percentage": 50.0, "schema_version": 1, "batch_number": 1}
        row |= self._identity(sequence, at) | changes
        return self._add("viewership", row)

    def quarantined(self, sequence: int) -> None:
        """Add a refused record."""
        row = {"reason": "not_utf8", "sentence": "No text.", "field": None, "value": None, "data": b"\xff\x00"}
        self._add("quarantine", self._identity(sequence, DAY) | row | {"batch_number": 1})

    def duplicate(self, event_id: str, sequence: int, at: datetime = DAY) -> None:
        """Add a record that lost against another one of the same event."""
        self._add("duplicates", self._identity(sequence, at) | {"event_id": event_id, "batch_number": 1})

    def record(self, sequence: int, at: datetime = DAY) -> None:
        """Add a record of the lake that is in no other table."""
        self.rows.setdefault("records", []).append(self._identity(sequence, at))

    def reported(self, channel: str, day: date, revenue: str) -> None:
        """Add a day's revenue as the ad server reported it."""
        row = {"channel_id": channel, "channel_name": "One", "date": day, "ad_revenue": Decimal(revenue)}
        self.rows.setdefault("ad_revenue", []).append(row)

    def first_arrival(self) -> str:
        """As the export's marker has it, in the warehouse's words."""
        return f"{min(row['arrived_at'] for row in self.rows['records'] + self.rows.get('duplicates', [])):%F %T.%f}"

    def _identity(self, sequence: int, at: datetime) -> dict[str, Any]:
        number = str(49_600_000_000_000_000_000_000_000_000_000_000_000_000_000_000_000_000_000 + sequence)
        arrived = at + timedelta(seconds=sequence % 1000)
        return {
            "stream_name": "viewership-stream",
            "partition_key": "u1",
            "sequence_number": number,
            "arrived_at": arrived,
        }

    def _add(self, table: str, row: dict[str, Any]) -> dict[str, Any]:
        self.rows.setdefault(table, []).append(row)
        self.rows.setdefault("records", []).append({name: row[name] for name in COLUMNS["records"]})
        return row


@dataclass
class Lake:
    """The lake's bucket and the warehouse's session over it."""

    s3: Any
    bucket: str
    connection: SnowflakeConnection
    variables: dict[str, str]
    first_arrival: str = ""
    """Where checks and ledger begin: set by each load."""

    def put(self, export: Export, files: int = 2) -> None:
        """Write the export's Parquet files, and the note that Spark leaves beside them."""
        for table, columns in COLUMNS.items():
            schema = pa.schema([(name, ARROW[kind]) for name, kind in columns.items()])
            rows = export.rows.get(table, [])
            prefix = f"exports/{table}/{export.id}/"
            self.s3.put_object(Bucket=self.bucket, Key=f"{prefix}_SUCCESS", Body=b'{"name": "a committer"}')
            for number in range(files):
                content = io.BytesIO()
                pq.write_table(pa.Table.from_pylist(rows[number::files], schema=schema), content)
                self.s3.put_object(Bucket=self.bucket, Key=f"{prefix}part-{number}.parquet", Body=content.getvalue())

    def run(self, file: str, **values: object) -> list[tuple[Any, ...]]:
        """Run a file of snowflake/ with its template values; the rows of its last statement."""
        return [cursor.fetchall() for cursor in self.connection.execute_string(self.render(file, **values))][-1]

    def render(self, file: str, **values: object) -> str:
        """A file of snowflake/ with its template values."""
        text = (SQL / file).read_text().replace("{{ first_arrival(ti) }}", self.first_arrival)
        for name, value in values.items():
            text = text.replace(f"{{{{ {name} }}}}", str(value))
        return text

    def load(self, export: Export) -> None:
        """Put the export and load it."""
        self.put(export)
        self.first_arrival = export.first_arrival()
        self.run("load/load_export.sql", export_id=export.id, first_arrival=self.first_arrival)

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of one query."""
        return self.connection.cursor().execute(sql).fetchall()  # type: ignore[union-attr]

    def failing(self) -> set[str]:
        """The names of all checks that do not hold."""
        failed = set()
        for file in sorted(SQL.glob("checks/*.sql")):
            cursor = self.connection.cursor().execute(self.render(f"checks/{file.name}"))
            assert cursor is not None
            [row] = cursor.fetchall()
            names = [column.name for column in cursor.description]
            failed |= {name for name, holds in zip(names, row, strict=True) if holds is not True}
        return failed


@pytest.fixture
def lake(aws: Any, warehouse: Callable[[], SnowflakeConnection], monkeypatch: pytest.MonkeyPatch) -> Iterator[Lake]:
    """A bucket and a database of the test's own, defined as a deployment defines them."""
    bucket = f"lake-{uuid.uuid4().hex[:8]}"
    database = f"MEDIA_{uuid.uuid4().hex[:8]}".upper()
    s3 = aws("s3")
    s3.create_bucket(Bucket=bucket)
    monkeypatch.setattr(deployment, "connect", warehouse)
    variables = {
        "database": database,
        "warehouse": "W",
        "lake_bucket": bucket,
        "stage_options": "CREDENTIALS=(AWS_KEY_ID='test' AWS_SECRET_KEY='test')",
    }
    deployment.deploy(variables, lambda _: None)
    with warehouse() as connection:
        connection.execute_string(f"USE DATABASE {database}")
        yield Lake(s3, bucket, connection, variables)


def first_export() -> Export:
    export = Export("through-000000000001")
    export.event("e1", 1)
    export.event("e2", 2, DAY + timedelta(hours=23, minutes=59))
    export.event("e3", 3, DAY + timedelta(days=1), channel_id="c2", ad_revenue=Decimal("0.20"))
    export.quarantined(4)
    export.duplicate("e1", 5)
    export.reported("c1", DAY.date(), "0.15")
    export.rows["channels"] = [
        {"channel_id": f"c{number}", "channel_name": "One", "genre": "news", "language": "en", "launch_year": 1990}
        for number in (1, 2)
    ]
    return export


TOTALS = "SELECT COUNT(*), SUM(DURATION_MINUTES), SUM(AD_REVENUE) FROM ANALYTICS.VIEWERSHIP_LOGS"
FATES = "SELECT COUNT(*), SUM(LOADED), SUM(QUARANTINED), SUM(DUPLICATES) FROM OPS.RECORD_FATES"
ADS = "SELECT DAY, CHANNEL_ID, OBSERVED, REPORTED, DIFFERENCE FROM ANALYTICS.AD_REVENUE ORDER BY 1, 2"


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
    lake.run("ledger/write.sql", run_id="run 1")
    assert lake.run("ledger/balanced.sql", run_id="run 1") == [(True, True, True)]
    assert lake.run("ledger/unbalanced.sql") == []


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
    lake.first_arrival = first.first_arrival()
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
    lake.run("ledger/write.sql", run_id="run 1")
    assert lake.run("ledger/balanced.sql", run_id="run 1") == [(True, True, True)]


def test_the_books_of_a_run_are_of_what_its_exports_touch(lake: Lake) -> None:
    export = first_export()
    export.record(77)
    lake.load(export)
    later = Export("through-000000000002")
    later.event("e9", 9, DAY + timedelta(days=40))
    lake.load(later)
    lake.run("ledger/write.sql", run_id="the later export")
    assert lake.run("ledger/balanced.sql", run_id="the later export") == [(True, True, True)]
    lake.first_arrival = export.first_arrival()
    lake.run("ledger/write.sql", run_id="both, as the outbox has them after a failure")
    assert lake.query("SELECT RECORDS, UNACCOUNTED FROM OPS.LEDGER ORDER BY RECORDS") == [(1, 0), (7, 1)]


def test_a_second_deployment_keeps_what_is_loaded(lake: Lake) -> None:
    lake.load(first_export())
    notes: list[str] = []
    deployment.deploy(lake.variables, notes.append)
    assert len(notes) == len(deployment.numbered_files(SQL))
    assert lake.query(TOTALS) == [(3, 90, Decimal("0.40"))]
    lake.load(first_export())


def test_a_load_that_fails_on_its_way_leaves_the_warehouse_as_it_was(
    lake: Lake, warehouse: Callable[[], SnowflakeConnection]
) -> None:
    lake.load(first_export())
    before = lake.query(TOTALS), lake.query(ADS), lake.query(FATES)
    broken = Export("through-000000000002")
    broken.event("e9", 9)
    broken.event("e10", 10, session_id=None)
    lake.put(broken)
    with warehouse() as other:
        other.execute_string(f"USE DATABASE {lake.connection.database}")
        with pytest.raises(Error, match="SESSION_ID"):
            values = {"export_id": broken.id, "first_arrival": broken.first_arrival()}
            other.execute_string(lake.render("load/load_export.sql", **values))
    assert (lake.query(TOTALS), lake.query(ADS), lake.query(FATES)) == before
    assert lake.query("SELECT COUNT(*) FROM OPS.LOADS") == [(1,)]


def test_a_record_that_ended_nowhere_unbalances_the_ledger_and_is_named(lake: Lake) -> None:
    export = first_export()
    export.record(77)
    lake.load(export)
    lake.run("ledger/write.sql", run_id="run 1")
    assert lake.run("ledger/balanced.sql", run_id="run 1") == [(True, False, True)]
    [named] = lake.run("ledger/unbalanced.sql")
    assert named[2].endswith("77")


@pytest.mark.parametrize(
    ("damage", "check"),
    [
        ("INSERT INTO ANALYTICS.VIEWERSHIP_LOGS SELECT * FROM ANALYTICS.VIEWERSHIP_LOGS LIMIT 1", "EVENT_IDS_UNIQUE"),
        ("UPDATE ANALYTICS.VIEWERSHIP_LOGS SET AD_REVENUE = AD_REVENUE + 0.01", "HOURLY_REVENUE_MATCHES"),
        ("DELETE FROM ANALYTICS.HOURLY_CHANNEL_KPIS", "HOURLY_EVENTS_MATCH"),
        ("UPDATE ANALYTICS.SHOWS SET MINUTES = MINUTES - 1", "SHOWS_MINUTES_MATCH"),
        ("UPDATE ANALYTICS.AD_REVENUE SET OBSERVED = 0", "AD_REVENUE_MATCHES"),
        ("UPDATE ANALYTICS.VIEWERSHIP_LOGS SET ENGAGEMENT_SCORE = 1.01", "ENGAGEMENT_SCORE_IN_RANGE"),
        ("DELETE FROM ANALYTICS.DIM_CHANNEL", "CHANNELS_KNOWN"),
        (
            "INSERT INTO OPS.DUPLICATES SELECT STREAM_NAME, PARTITION_KEY, SEQUENCE_NUMBER, ARRIVED_AT, EVENT_ID, "
            "EXPORT_ID, LOADED_AT FROM ANALYTICS.VIEWERSHIP_LOGS",
            "LOADED_NOT_DUPLICATE",
        ),
    ],
)
def test_a_check_finds_its_damage(lake: Lake, damage: str, check: str) -> None:
    lake.load(first_export())
    lake.query(damage)
    assert check in lake.failing()


@pytest.mark.parametrize(
    ("events", "ad_revenue", "answer"),
    [
        (3, "0.40", (True, True, True, True)),
        (4, "0.40", (True, False, True, True)),
        (3, "0.41", (True, True, True, False)),
    ],
)
def test_a_load_is_compared_with_what_the_lake_sent(
    lake: Lake, events: int, ad_revenue: str, answer: tuple[bool, ...]
) -> None:
    export = first_export()
    lake.load(export)
    values = {"export_id": export.id, "events": events, "minutes": 90, "ad_revenue": ad_revenue}
    assert lake.run("load/loaded_export.sql", **values) == [answer]
