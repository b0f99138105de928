"""A batch of exports on its way through staging to the readers: the SQL of snowflake/load/, on the caller's session.

Whatever comes from outside, a run id or a marker, reaches the SQL as a bound value. The one exception is an export's id
in the path of a stage, which takes no bound value; the outbox lets through digits only.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from io import StringIO
from typing import Any

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
    """Write: put `exports` into staging, in the place of what lay there."""
    run_file(cursor, "load/begin_batch.sql")
    for export in exports:
        run_file(cursor, "load/stage_export.sql", path=export.id)
        run_file(cursor, "load/add_to_batch.sql", _marker(export, run_id))


def publish(cursor: SnowflakeCursor, exports: int, run_id: str) -> None:
    """Publish what was staged for `run_id` into the tables that people read.

    Raises:
        BatchReplaced: staging does not hold so many exports of this run.
    """
    run_file(cursor, "load/claim_batch.sql", {"run_id": run_id})
    if cursor.rowcount != exports:
        raise BatchReplaced(
            f"Staging holds {cursor.rowcount} exports of the run {run_id!r}, not the {exports} that it staged: another "
            "run has replaced them. Clear the task stage_exports of this run, and what comes after it"
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


def _marker(export: Export, run_id: str) -> dict[str, Any]:
    return {
        "export_id": export.id,
        "events": export.events,
        "minutes": export.minutes,
        "ad_revenue": str(export.ad_revenue),
        "first_arrival": utc_text(export.first_arrival),
        "run_id": run_id,
    }
