"""What is measured, and how."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from snowflake.connector import SnowflakeConnection
from snowflake.connector.errors import Error

from jobs.schema import FIELDS, FieldType
from scripts import environments, paths, warehouse
from scripts.errors import LabError
from scripts.warehouse_bench.events import EXPORT_ID, Files
from scripts.warehouse_bench.figures import ROWS_A_SECOND, Figure
from scripts.warehouse_bench.server import Server

SQL = paths.ROOT / "snowflake"
TYPES: dict[FieldType, str] = {
    "string": "VARCHAR",
    "timestamp": "TIMESTAMP_NTZ",
    "int": "NUMBER(38,0)",
    "float": "FLOAT",
    "decimal": "NUMBER(12,2)",
    "bool": "BOOLEAN",
}
COLUMNS = {field.name.upper(): TYPES[field.type] for field in FIELDS if field.name != "schema_version"}
"""The 19 columns that tell of a viewing."""
DEFINED = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
PARQUET = "FILE_FORMAT = (TYPE = PARQUET USE_LOGICAL_TYPE = TRUE) MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE"


@dataclass(frozen=True, slots=True)
class Bench:
    """What the steps work on: a server, a session of it, and files to load."""

    server: Server
    connection: SnowflakeConnection
    files: Files

    def run(self, *statements: str) -> None:
        """Run statements one by one."""
        for statement in statements:
            self.connection.cursor().execute(statement)

    def put(self, file: Path, location: str) -> None:
        """Upload a file into a stage."""
        self.run(f"PUT 'file://{file}' @{location} AUTO_COMPRESS=FALSE OVERWRITE=TRUE")

    def timed(self, *statements: str) -> float:
        """The seconds the statements take."""
        started = time.monotonic()
        self.run(*statements)
        return time.monotonic() - started


Find = Callable[[Bench], float]
Steps = tuple[tuple[Figure, Find], ...]


def found(steps: Steps, bench: Bench, note: Callable[[str], None]) -> Iterator[tuple[Figure, float]]:
    """The figures of ``steps``; one whose statements fail is left out, and ``note`` is told why."""
    for figure, find in steps:
        try:
            value = find(bench)
        except (Error, LabError) as error:
            said = error.raw_msg if isinstance(error, Error) else None
            note(f"{figure.name}: {' '.join((said or str(error)).split())}")
        else:
            note(f"{figure.name}: {figure.write(value)}")
            yield figure, value


def _copy(bench: Bench) -> float:
    bench.run(
        "CREATE DATABASE BENCH", "CREATE SCHEMA BENCH.S", "USE SCHEMA BENCH.S", "CREATE STAGE FILES",
        f"CREATE TABLE EVENTS ({DEFINED})",
    )  # fmt: skip
    for file in bench.files.events:
        bench.put(file, "FILES/events/")
    return bench.files.rows / bench.timed(f"COPY INTO EVENTS FROM @FILES/events/ {PARQUET}")


def _merge(bench: Bench) -> float:
    """A tenth of the table: half of it known, half new."""
    tenth = bench.files.rows // 10
    bench.run(
        f"CREATE TABLE INCOMING AS SELECT * FROM EVENTS ORDER BY EVENT_ID LIMIT {tenth}",  # noqa: S608
        "UPDATE INCOMING SET EVENT_ID = 'new-' || EVENT_ID WHERE EVENT_ID > "  # noqa: S608
        f"(SELECT EVENT_ID FROM INCOMING ORDER BY EVENT_ID LIMIT 1 OFFSET {tenth // 2})",
    )
    changed = ", ".join(f"t.{name} = s.{name}" for name in COLUMNS)
    return bench.timed(
        "MERGE INTO EVENTS AS t USING INCOMING AS s ON t.EVENT_ID = s.EVENT_ID "  # noqa: S608
        f"WHEN MATCHED THEN UPDATE SET {changed} "
        f"WHEN NOT MATCHED THEN INSERT ({', '.join(COLUMNS)}) VALUES ({', '.join(f's.{name}' for name in COLUMNS)})"
    )


def _write_pandas(bench: Bench) -> float:
    record = "SCHEMA_VERSION NUMBER, STREAM_NAME VARCHAR, PARTITION_KEY VARCHAR, SEQUENCE_NUMBER VARCHAR"
    bench.run(f"CREATE TABLE FRAMES ({DEFINED}, {record}, ARRIVED_AT TIMESTAMP_NTZ, EXPORT_ID VARCHAR)")
    return _frames(bench, "write", str(bench.files.events[0]))


def _fetch_arrow(bench: Bench) -> float:
    return _frames(bench, "fetch")


def _frames(bench: Bench, mode: str, *arguments: str) -> float:
    program = Path(__file__).with_name("frames.py")
    command = [str(environments.python("dashboard")), str(program), mode, str(bench.server.port), *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    if ended.returncode:
        raise LabError(ended.stderr.strip().splitlines()[-1])
    return float(ended.stdout)


def _fetch(bench: Bench) -> float:
    started = time.monotonic()
    count = sum(1 for _ in bench.connection.cursor().execute("SELECT * FROM EVENTS") or ())
    return count / (time.monotonic() - started)


def _publish(bench: Bench) -> float:
    """The pipeline's own load, in one batch: staging, then all tables and marts."""
    variables = {
        "database": "MEDIA_STREAM", "warehouse": "MEDIA_STREAM_WH", "lake_bucket": "none", "stage_options": "",
    }  # fmt: skip
    for file in warehouse.numbered_files(SQL):
        warehouse.run(bench.connection, file, warehouse.statements(file, variables))
    bench.run("USE DATABASE MEDIA_STREAM", "CREATE OR REPLACE STAGE OPS.EXPORTS")
    for file in bench.files.events:
        bench.put(file, "OPS.EXPORTS/events/")
    for name, file in bench.files.reference.items():
        bench.put(file, f"OPS.EXPORTS/{name}/")
    copies = {"VIEWERSHIP": "events", "RECORDS": "events", "CHANNELS": "channels", "DEMOGRAPHICS": "demographics"}
    publish = SQL / "load" / "publish.sql"
    return bench.timed(
        "BEGIN",
        *(f"COPY INTO STAGING.{table} FROM @OPS.EXPORTS/{folder}/ {PARQUET}" for table, folder in copies.items()),
        "INSERT INTO STAGING.BATCH (EXPORT_ID, EVENTS, MINUTES, AD_REVENUE, QUARANTINE_ROWS, DUPLICATE_ROWS, "
        "RECORD_ROWS, CHANNEL_ROWS, VIEWER_ROWS, REPORT_ROWS, FIRST_ARRIVAL, RUN_ID, BATCH_ID, STAGED_AT) "
        f"SELECT '{EXPORT_ID}', 0, 0, 0, 0, 0, 0, 0, 0, 0, '2026-01-01'::TIMESTAMP_NTZ, 'bench', 'bench', "
        "SYSDATE()",
        *warehouse.statements(publish, {}),
        "COMMIT",
    )


def _question(file: Path) -> Find:
    def ask(bench: Bench) -> float:
        started = time.monotonic()
        cursor = bench.connection.cursor()
        cursor.execute(file.read_text())
        cursor.fetchall()
        return time.monotonic() - started

    return ask


PROTOCOL: Steps = (
    (Figure("COPY INTO, 19 columns of Parquet", ROWS_A_SECOND, aim=200_000, speed=True), _copy),
    (Figure("MERGE of a tenth", aim=5), _merge),
    (Figure("write_pandas, 25 columns", ROWS_A_SECOND, speed=True), _write_pandas),
    (Figure("fetch as Arrow", ROWS_A_SECOND, speed=True), _fetch_arrow),
    (Figure("fetch as tuples", ROWS_A_SECOND, speed=True), _fetch),
)
"""What both servers are asked, each step finding what the ones before it left; the aims are for a million rows."""

PIPELINE: Steps = (
    (Figure("the pipeline's load: staging to marts"), _publish),
    *(
        (Figure(f"question {file.stem.replace('_', ' ')}", aim=1), _question(file))
        for file in sorted((SQL / "questions").glob("*.sql"))
    ),
)
"""What the stock server is not asked: it does not take the statements that define the pipeline's objects."""
