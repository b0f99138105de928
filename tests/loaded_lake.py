"""An export of the lake and the warehouse it is loaded into, for tests of the load, the audit and the marts."""

import uuid
from collections.abc import Callable, Iterator
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

from scripts import warehouse as deployment
from tests.lake_exports import COLUMNS, parquet

ROOT = Path(__file__).resolve().parents[1]
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
def deployed(s3: Any, warehouse: Callable[[], SnowflakeConnection]) -> Iterator[Lake]:
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
