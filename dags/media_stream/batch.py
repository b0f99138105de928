"""A batch of exports on its way through staging to the readers: the SQL of snowflake/load/, on the caller's session.

Whatever comes from outside, a run id or a marker, reaches the SQL as a bound value. The one exception is an export's id
in the path of a stage, which takes no bound value; the outbox lets through digits only.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from io import StringIO
from typing import Any
from uuid import uuid4

from snowflake.connector import SnowflakeConnection
from snowflake.connector.cursor import SnowflakeCursor
from snowflake.connector.util_text import split_statements

from media_stream import SQL
from media_stream.outbox import Export


class BatchReplaced(Exception):
    """What lies in staging is not the batch that was audited."""


@contextmanager
def transaction(connection: SnowflakeConnection) -> Iterator[SnowflakeCursor]:
    """One transaction of this session: committed at the end, and undone by the session's end when anything fails."""
    with closing(connection.cursor()) as cursor:
        # The files' times are UTC: a session in another zone would shift them on their way into TIMESTAMP_NTZ.
        cursor.execute("ALTER SESSION SET TIMEZONE = 'UTC'")
        cursor.execute("BEGIN")
        yield cursor
        cursor.execute("COMMIT")


def stage(cursor: SnowflakeCursor, exports: Sequence[Export], run_id: str) -> None:
    """Write: put `exports` into staging, in the place of what lay there, as a batch that nobody has audited yet."""
    batch_id = str(uuid4())
    run_file(cursor, "load/begin_batch.sql")
    for export in exports:
        run_file(cursor, "load/stage_export.sql", path=export.id)
        run_file(cursor, "load/add_to_batch.sql", {**_marker(export), "run_id": run_id, "batch_id": batch_id})


def staged(cursor: SnowflakeCursor) -> str | None:
    """Return the id of the batch that lies in staging, or None when nothing does."""
    cursor.execute("SELECT BATCH_ID FROM STAGING.BATCH LIMIT 1")
    return next((str(row[0]) for row in cursor.fetchall()), None)


def mark_audited(cursor: SnowflakeCursor, batch_id: str | None) -> None:
    """Note that the audit found no fault in this batch; without effect when another one has taken its place."""
    run_file(cursor, "load/mark_audited.sql", {"batch_id": batch_id})


def publish(cursor: SnowflakeCursor, exports: int, run_id: str) -> None:
    """Publish what was staged for `run_id`, and audited, into the tables that people read.

    Raises:
        BatchReplaced: staging does not hold so many audited exports of this run.
    """
    run_file(cursor, "load/claim_batch.sql", {"run_id": run_id})
    if cursor.rowcount != exports:
        raise BatchReplaced(
            f"Staging holds {cursor.rowcount} audited exports of the run {run_id!r}, not the {exports} that it staged: "
            "something has replaced them. Clear the task stage_exports of this run, and what comes after it"
        )
    run_file(cursor, "load/publish.sql")


def run_file(
    cursor: SnowflakeCursor, file: str, bound: Mapping[str, Any] | None = None, *, path: str | None = None
) -> None:
    """Run the statements of a file of snowflake/; `path` takes the place of the export's id in the paths of a stage."""
    text = (SQL / file).read_text(encoding="utf-8")
    if path is not None:
        text = text.replace("{{ export_id }}", path)
    for statement, _ in split_statements(StringIO(text), remove_comments=True):
        if statement and statement.strip(" \n;"):
            cursor.execute(statement, dict(bound) if bound else None)


def utc_text(moment: datetime) -> str:
    """Return `moment`, which is in UTC, as the warehouse's TIMESTAMP_NTZ reads it. Texts sort as moments do."""
    return f"{moment:%Y-%m-%d %H:%M:%S.%f}"


def _marker(export: Export) -> dict[str, Any]:
    return {
        "export_id": export.id,
        "events": export.events,
        "minutes": export.minutes,
        "ad_revenue": str(export.ad_revenue),
        "first_arrival": utc_text(export.first_arrival),
        **{f"{table}_rows": count for table, count in export.rows.items()},
    }
