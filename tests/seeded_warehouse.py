"""A warehouse filled with a seed's viewing, by the project's own SQL and without Spark or the rest of the lab.

The exports come in through a stage of the warehouse's own (PUT), so that no S3 is needed; all else is as in a run of
the DAG `viewership` for each: write, audit, publish, and the ledger. A second time it changes nothing.
"""

import tempfile
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

from media_stream import SQL, batch
from snowflake.connector import SnowflakeConnection

from scripts import warehouse as deployment
from tests.lake_exports import parquet
from tests.seeded_lake import SEED, Export, Run, daily_runs, exports


def fill(
    connection: SnowflakeConnection,
    database: str = "MEDIA_STREAM",
    *,
    runs: Iterable[Run] | None = None,
    seed: int = SEED,
) -> None:
    """Define `database` and load what the runs of the seed export; the session is left in it.

    Without `runs`: 20,000 records, 5,000 a day, the last of them at `tests.seeded_lake.AS_OF`.
    """
    define(connection, database)
    for export in exports(daily_runs() if runs is None else runs, seed):
        load(connection, export, run_id=f"seed {seed}, {export.id}")


def define(connection: SnowflakeConnection, database: str) -> None:
    """Run the numbered files; in the place of the lake's bucket stands a stage of the warehouse's own."""
    variables = {"database": database, "warehouse": "MEDIA_STREAM_WH", "lake_bucket": "none", "stage_options": ""}
    for file in deployment.numbered_files(SQL):
        deployment.run(connection, file, deployment.statements(file, variables))
    with closing(connection.cursor()) as cursor:
        cursor.execute(f"USE DATABASE {database}")
        cursor.execute("CREATE OR REPLACE STAGE OPS.EXPORTS")


def load(connection: SnowflakeConnection, export: Export, run_id: str) -> None:
    """Put the export, stage, audit and publish it, and write the ledger of the run."""
    put(connection, export)
    with batch.transaction(connection) as cursor:
        batch.stage(cursor, [export.marker], run_id)
    assert not (at_fault := audit(connection)), f"the audit of {run_id} finds {at_fault}"
    with batch.transaction(connection) as cursor:
        batch.mark_audited(cursor, batch.staged(cursor))
        batch.publish(cursor, 1, run_id)
    with batch.transaction(connection) as cursor:
        first_arrival = batch.utc_text(export.marker.first_arrival)
        batch.run_file(cursor, "ledger/write.sql", {"run_id": run_id, "first_arrival": first_arrival})


def put(connection: SnowflakeConnection, export: Export) -> None:
    """Write the export's Parquet files into the stage."""
    with tempfile.TemporaryDirectory() as folder, closing(connection.cursor()) as cursor:
        for table, rows in export.rows.items():
            path = Path(folder, f"{table}.parquet")
            path.write_bytes(parquet(table, rows))
            cursor.execute(f"PUT 'file://{path}' @OPS.EXPORTS/{table}/{export.id}/ AUTO_COMPRESS=FALSE OVERWRITE=TRUE")


def audit(connection: SnowflakeConnection) -> list[tuple[Any, ...]]:
    """The rows at fault in staging."""
    with closing(connection.cursor()) as cursor:
        queries = (file.read_text() for file in sorted(SQL.glob("audit/*.sql")))
        return [row for query in queries for row in cursor.execute(query).fetchall()]  # type: ignore[union-attr]
