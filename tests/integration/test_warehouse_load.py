"""An export of the lake, from S3 through COPY, MERGE and marts to the ledger: once, again, corrected and half done."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from media_stream import batch
from media_stream.outbox import Export as Marker
from snowflake.connector import SnowflakeConnection
from snowflake.connector.errors import Error

from scripts import warehouse as deployment
from tests.integration.conftest import ConnectionFactory
from tests.lake_exports import COLUMNS, parquet

ROOT = Path(__file__).resolve().parents[2]
SQL = ROOT / "snowflake"

DAY = datetime(2026, 11, 20, tzinfo=UTC)
HOSTILE = 'Ça, "va"; -- it\'s <script> 😀\n'

IDENTITY = ("stream_name", "partition_key", "sequence_number", "arrived_at")


@dataclass
class Export:
    """Rows by exported table."""

    id: str
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def event(self, event_id: str, sequence: int, at: datetime = DAY, **changes: Any) -> dict[str, Any]:
        """Add a viewing event, and its record."""
        row: dict[str, Any] = {name: "x" for name, kind in COLUMNS["viewership"].items() if kind == "STRING"}
        row |= {"event_id": event_id, "channel_id": "c1", "show_name": HOSTILE, "timestamp": at, "is_live": True}
        row |= {"genre": "news", "region": "EMEA", "subscription_type": "free", "device": "tv", "platform": "web"}
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

    def marker(self) -> Marker:
        """As the lake writes it into the outbox."""
        events = self.rows.get("viewership", [])
        return Marker(
            self.id,
            len(events),
            sum(row["duration_minutes"] for row in events),
            sum((row["ad_revenue"] for row in events), Decimal()),
            min(row["arrived_at"] for row in self.rows["records"] + self.rows.get("duplicates", [])),
            {table: len(self.rows.get(table, [])) for table in COLUMNS},
        )

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
        self.rows.setdefault("records", []).append({name: row[name] for name in IDENTITY})
        return row


@dataclass
class Lake:
    """The lake's bucket and the warehouse's session over it."""

    s3: Any
    bucket: str
    connection: SnowflakeConnection
    variables: dict[str, str]
    bound: dict[str, str] = field(default_factory=dict)
    """What checks and ledger are told of the run."""

    def put(self, export: Export, files: int = 2) -> None:
        """Write the export's Parquet files, and the note that Spark leaves beside them."""
        for table in COLUMNS:
            rows = [{**row, "export_id": export.id} for row in export.rows.get(table, [])]
            prefix = f"exports/{table}/{export.id}/"
            self.s3.put_object(Bucket=self.bucket, Key=f"{prefix}_SUCCESS", Body=b'{"name": "a committer"}')
            for number in range(files):
                content = parquet(table, rows[number::files])
                self.s3.put_object(Bucket=self.bucket, Key=f"{prefix}part-{number}.parquet", Body=content)

    def stage(self, *exports: Export, run_id: str = "run 1") -> list[Marker]:
        """Put the exports and stage them as one batch."""
        markers = [export.marker() for export in exports]
        self.bound = {"run_id": run_id, "first_arrival": min(batch.utc_text(each.first_arrival) for each in markers)}
        for export in exports:
            self.put(export)
        with batch.transaction(self.connection) as cursor:
            batch.stage(cursor, markers, run_id)
        return markers

    def pass_audit(self) -> None:
        """Mark what is staged as audited."""
        with batch.transaction(self.connection) as cursor:
            batch.mark_audited(cursor, batch.staged(cursor))

    def publish(self, exports: int, run_id: str = "run 1") -> None:
        """Publish what is staged, as if the audit had passed."""
        self.pass_audit()
        with batch.transaction(self.connection) as cursor:
            batch.publish(cursor, exports, run_id)

    def load(self, *exports: Export, run_id: str = "run 1") -> None:
        """Write and publish the exports as one batch."""
        self.stage(*exports, run_id=run_id)
        self.publish(len(exports), run_id)

    def close_books(self, run_id: str = "run 1") -> list[tuple[Any, ...]]:
        """Write the ledger of a run; whether it balances."""
        self.bound["run_id"] = run_id
        with batch.transaction(self.connection) as cursor:
            batch.run_file(cursor, "ledger/write.sql", self.bound)
        return self.ask("ledger/balanced.sql")

    def ask(self, file: str) -> list[tuple[Any, ...]]:
        """The rows of a query of snowflake/."""
        return self.connection.cursor().execute((SQL / file).read_text(), self.bound).fetchall()  # type: ignore[union-attr]

    def faults(self) -> dict[str, str]:
        """What the audit finds in what is staged, by its query: the words of the first row at fault."""
        found = {file.stem: self.ask(f"audit/{file.name}") for file in sorted(SQL.glob("audit/*.sql"))}
        return {name: rows[0][-1] for name, rows in found.items() if rows}

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of one query."""
        return self.connection.cursor().execute(sql).fetchall()  # type: ignore[union-attr]

    def failing(self) -> set[str]:
        """The names of all checks that do not hold."""
        failed = set()
        for file in sorted(SQL.glob("checks/*.sql")):
            cursor = self.connection.cursor().execute(file.read_text(), self.bound)
            assert cursor is not None
            [row] = cursor.fetchall()
            names = [column.name for column in cursor.description]
            failed |= {name for name, holds in zip(names, row, strict=True) if holds is not True}
        return failed


@contextmanager
def deployed(s3: Any, warehouse: ConnectionFactory) -> Iterator[Lake]:
    """A bucket and a database of its own, defined as a deployment defines them."""
    bucket = f"lake-{uuid.uuid4().hex[:8]}"
    database = f"MEDIA_{uuid.uuid4().hex[:8]}".upper()
    s3.create_bucket(Bucket=bucket)
    variables = {
        "database": database,
        "warehouse": "W",
        "lake_bucket": bucket,
        "stage_options": "CREDENTIALS=(AWS_KEY_ID='test' AWS_SECRET_KEY='test')",
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(deployment, "connect", warehouse)
        deployment.deploy(variables, lambda _: None)
        with warehouse() as connection:
            connection.execute_string(f"USE DATABASE {database}")
            yield Lake(s3, bucket, connection, variables)


@pytest.fixture
def lake(aws: Any, warehouse: ConnectionFactory) -> Iterator[Lake]:
    """A lake of the test's own."""
    with deployed(aws("s3"), warehouse) as own:
        yield own


@pytest.fixture(scope="module")
def shared_lake(aws: Any, warehouse: ConnectionFactory) -> Iterator[Lake]:
    """For tests that only stage, or only read what `first_export` made of the marts."""
    with deployed(aws("s3"), warehouse) as shared:
        export = first_export()
        export.rows["demographics"] = [
            {"user_id": "x", "gender": "female", "age_group": "25-34", "region": "NA", "subscription_type": "basic"}
        ]
        shared.load(export)
        yield shared


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


def test_what_was_staged_is_seen_by_nobody_until_it_is_published(lake: Lake) -> None:
    lake.load(first_export())
    before = lake.query(TOTALS), lake.query(ADS), lake.query(FATES)
    second = Export("through-000000000002")
    second.event("e9", 9)
    lake.stage(second)
    assert (lake.query(TOTALS), lake.query(ADS), lake.query(FATES)) == before
    lake.publish(1)
    assert lake.query(TOTALS) == [(4, 120, Decimal("0.50"))]


def test_a_publication_that_fails_on_its_way_leaves_the_warehouse_as_it_was(
    lake: Lake, warehouse: ConnectionFactory
) -> None:
    lake.load(first_export())
    before = lake.query(TOTALS), lake.query(ADS), lake.query(FATES)
    broken = Export("through-000000000002")
    broken.event("e9", 9)
    broken.event("e10", 10, session_id=None)
    lake.stage(broken)
    lake.pass_audit()
    with warehouse() as other:
        other.execute_string(f"USE DATABASE {lake.connection.database}")
        with pytest.raises(Error, match="SESSION_ID"), batch.transaction(other) as cursor:
            batch.publish(cursor, 1, "run 1")
    assert (lake.query(TOTALS), lake.query(ADS), lake.query(FATES)) == before
    assert lake.query("SELECT COUNT(*) FROM OPS.LOADS") == [(1,)]


def test_a_batch_that_another_run_has_replaced_is_not_published(lake: Lake, warehouse: ConnectionFactory) -> None:
    lake.stage(first_export(), run_id="mine")
    lake.stage(first_export(), run_id="another's")
    lake.pass_audit()
    with warehouse() as other:
        other.execute_string(f"USE DATABASE {lake.connection.database}")
        refused = pytest.raises(batch.BatchReplaced, match="0 audited exports of the run 'mine', not the 1")
        with refused, batch.transaction(other) as cursor:
            batch.publish(cursor, 1, "mine")
    assert lake.query("SELECT COUNT(*) FROM ANALYTICS.VIEWERSHIP_LOGS") == [(0,)]


def test_a_batch_staged_again_after_its_audit_is_not_published(lake: Lake, warehouse: ConnectionFactory) -> None:
    lake.stage(first_export())
    lake.pass_audit()
    lake.stage(first_export())
    with warehouse() as other:
        other.execute_string(f"USE DATABASE {lake.connection.database}")
        refused = pytest.raises(batch.BatchReplaced, match="0 audited exports")
        with refused, batch.transaction(other) as cursor:
            batch.publish(cursor, 1, "run 1")
    assert lake.query("SELECT COUNT(*) FROM ANALYTICS.VIEWERSHIP_LOGS") == [(0,)]


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


@pytest.mark.parametrize(
    ("damage", "check"),
    [
        ("INSERT INTO ANALYTICS.VIEWERSHIP_LOGS SELECT * FROM ANALYTICS.VIEWERSHIP_LOGS LIMIT 1", "EVENT_IDS_UNIQUE"),
        ("UPDATE ANALYTICS.VIEWERSHIP_LOGS SET AD_REVENUE = AD_REVENUE + 0.01", "HOURLY_REVENUE_MATCHES"),
        ("INSERT INTO ANALYTICS.DIM_VIEWER SELECT * FROM ANALYTICS.DIM_VIEWER", "VIEWERS_UNIQUE"),
        ("INSERT INTO ANALYTICS.DIM_SHOW SELECT * FROM ANALYTICS.DIM_SHOW", "TITLES_UNIQUE"),
        ("INSERT INTO ANALYTICS.DIM_DATE SELECT * FROM ANALYTICS.DIM_DATE", "DATES_UNIQUE"),
        ("DELETE FROM ANALYTICS.HOURLY_CHANNEL_KPIS", "HOURLY_EVENTS_MATCH"),
        ("UPDATE ANALYTICS.SHOWS SET MINUTES = MINUTES - 1", "SHOWS_MINUTES_MATCH"),
        ("UPDATE ANALYTICS.AD_REVENUE SET OBSERVED = 0", "AD_REVENUE_MATCHES"),
        ("DELETE FROM ANALYTICS.AUDIENCE", "AUDIENCE_EVENTS_MATCH"),
        ("UPDATE ANALYTICS.VIEWER_SESSIONS SET AD_REVENUE = 0", "SESSIONS_REVENUE_MATCHES"),
        ("UPDATE ANALYTICS.QUALITY_OF_EXPERIENCE SET MINUTES = 0", "QUALITY_MINUTES_MATCH"),
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


def test_the_audit_finds_nothing_in_a_good_batch(shared_lake: Lake) -> None:
    shared_lake.stage(first_export())
    assert shared_lake.faults() == {}


@pytest.mark.parametrize(
    ("damage", "query", "words"),
    [
        pytest.param(
            "UPDATE STAGING.VIEWERSHIP SET SESSION_ID = NULL, REGION = NULL WHERE EVENT_ID = 'e2'",
            "not_null",
            "missing: SESSION_ID REGION ",
            id="fields that are missing",
        ),
        pytest.param(
            "UPDATE STAGING.RECORDS SET ARRIVED_AT = NULL",
            "not_null",
            "missing: the identity of a record in RECORDS",
            id="a record without an identity",
        ),
        pytest.param(
            "UPDATE STAGING.VIEWERSHIP SET DURATION_MINUTES = 1441 WHERE EVENT_ID = 'e1'",
            "ranges",
            "out of range: DURATION_MINUTES = 1441 ",
            id="a number out of range",
        ),
        pytest.param(
            "UPDATE STAGING.VIEWERSHIP SET TIMESTAMP = DATEADD('DAY', -31, ARRIVED_AT) WHERE EVENT_ID = 'e1'",
            "ranges",
            "out of range: TIMESTAMP = 2026-10-20 00:00:01, too old ",
            id="an event that is too old",
        ),
        pytest.param(
            "UPDATE STAGING.VIEWERSHIP SET GENRE = 'neither' WHERE EVENT_ID = 'e1'",
            "values",
            "not one of the values: GENRE = neither ",
            id="a value that is not on the list",
        ),
        pytest.param(
            "UPDATE STAGING.QUARANTINE SET REASON = 'mood'",
            "values",
            "no reason of quarantine: mood",
            id="a reason that is none",
        ),
        pytest.param(
            "INSERT INTO STAGING.VIEWERSHIP SELECT * FROM STAGING.VIEWERSHIP WHERE EVENT_ID = 'e1'",
            "unique",
            "staged 2 times, in VIEWERSHIP and VIEWERSHIP",
            id="a record twice",
        ),
        pytest.param(
            "UPDATE STAGING.VIEWERSHIP SET CHANNEL_ID = 'c9' WHERE EVENT_ID = 'e1'",
            "references",
            "unknown channel: c9",
            id="a channel that nobody knows",
        ),
        pytest.param(
            "UPDATE STAGING.RECORDS SET ARRIVED_AT = '2999-01-01'",
            "freshness",
            "arrived at 2999-01-01 00:00:00, not from 2026-11-20 00:00:01 to now",
            id="an arrival in the future",
        ),
        pytest.param(
            "UPDATE STAGING.VIEWERSHIP SET AD_REVENUE = AD_REVENUE + 0.01 WHERE EVENT_ID = 'e1'",
            "totals",
            "the lake says 3 events, 90 minutes, 0.40 dollars, staged are 3, 90, 0.41",
            id="a cent too much",
        ),
        pytest.param(
            "DELETE FROM STAGING.RECORDS WHERE SEQUENCE_NUMBER LIKE '%5'",
            "totals",
            "the lake says 5 records, 1 quarantined, 1 duplicates, 2 channels, 0 viewers, 1 days of reported revenue, "
            "staged are 4, 1, 1, 2, 0, 1",
            id="a record that was lost on the way",
        ),
        pytest.param(
            "DELETE FROM STAGING.CHANNELS",
            "totals",
            "the lake says 5 records, 1 quarantined, 1 duplicates, 2 channels, 0 viewers, 1 days of reported revenue, "
            "staged are 5, 1, 1, 0, 0, 1",
            id="a file of reference data that was lost",
        ),
    ],
)
def test_the_audit_names_the_rows_at_fault(shared_lake: Lake, damage: str, query: str, words: str) -> None:
    shared_lake.stage(first_export())
    shared_lake.query(damage)
    assert shared_lake.faults()[query] == words


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
