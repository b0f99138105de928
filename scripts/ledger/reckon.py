"""From evidence to ledger: the views of ``accounts.sql`` in DuckDB over the Arrow tables."""

from __future__ import annotations

from pathlib import Path

import duckdb

from jobs.schema import MAX_AGE_DAYS, Reason
from scripts.ledger.evidence import Evidence
from scripts.ledger.model import Counts, Imbalance, Ledger, ReasonCount, RunCounts

SHOWN_IMBALANCES = 20

_ACCOUNTS_SQL = Path(__file__).with_name("accounts.sql")


def reckon(evidence: Evidence, run_id: str | None = None) -> Ledger:
    """The ledger of ``evidence``, of the records that ``run_id`` claimed or of all.

    The marts are checked against everything loaded in either case: they know no runs.
    """
    with duckdb.connect() as books:
        for name, table in evidence.tables().items():
            books.register(name, table)
        books.execute("SET VARIABLE run_id = $1", [run_id])
        books.execute(f"SET VARIABLE max_age_days = {MAX_AGE_DAYS}")
        books.execute(_ACCOUNTS_SQL.read_text())
        return Ledger(
            counts=_counts(books),
            run_id=run_id,
            runs=_runs(books),
            reasons=_reasons(books),
            imbalances=_imbalances(books),
            imbalances_by_rule=_by_rule(books),
            notes=evidence.notes + _misjudged(books),
        )


def _counts(books: duckdb.DuckDBPyConnection) -> Counts:
    row = books.execute("SELECT * EXCLUDE (total, run_id) FROM counts WHERE total").fetchone()
    return Counts(*(row or ()))


def _runs(books: duckdb.DuckDBPyConnection) -> tuple[RunCounts, ...]:
    rows = books.execute(
        """
        SELECT run_id, EXISTS (FROM imbalances JOIN accounts USING (record) WHERE accounts.run_id = counts.run_id),
               * EXCLUDE (total, run_id)
        FROM counts WHERE run_id IS NOT NULL ORDER BY run_id
        """
    ).fetchall()
    return tuple(RunCounts(run_id, Counts(*figures), not broken) for run_id, broken, *figures in rows)


def _reasons(books: duckdb.DuckDBPyConnection) -> tuple[ReasonCount, ...]:
    rows = books.execute(
        """
        SELECT reason, coalesce(claimed, 0), coalesce(quarantined, 0)
        FROM (SELECT claimed_kind AS reason, count(*) AS claimed FROM accounts
              WHERE claimed_kind IN (SELECT unnest($1)) GROUP BY ALL)
        FULL JOIN (SELECT reason, count(*) AS quarantined FROM accounts WHERE reason IS NOT NULL GROUP BY ALL)
        USING (reason) ORDER BY reason
        """,
        [[reason.value for reason in Reason]],
    ).fetchall()
    return tuple(ReasonCount(*row) for row in rows)


def _by_rule(books: duckdb.DuckDBPyConnection) -> dict[str, int]:
    return dict(books.execute("SELECT rule, count(*) FROM imbalances GROUP BY rule ORDER BY rule").fetchall())


def _imbalances(books: duckdb.DuckDBPyConnection) -> tuple[Imbalance, ...]:
    rows = books.execute(
        f"""
        SELECT rule, why, coalesce(last_seen, 'the warehouse, ANALYTICS.' || record), record,
               coalesce(event_id, claimed_event_id), run_id, last_seen IS NOT NULL
        FROM imbalances LEFT JOIN accounts USING (record)
        QUALIFY row_number() OVER (PARTITION BY rule ORDER BY record) <= {SHOWN_IMBALANCES}
        ORDER BY row_number() OVER (PARTITION BY rule ORDER BY record), rule LIMIT {SHOWN_IMBALANCES}
        """  # noqa: S608 (a constant of this module)
    ).fetchall()
    return tuple(
        Imbalance(rule, why, last_seen, event_id=event_id, run_id=run_id, **(_identity(record) if is_record else {}))
        for rule, why, last_seen, record, event_id, run_id, is_record in rows
    )


def _identity(record: str) -> dict[str, str]:
    """The parts of a name that the macro ``named`` made."""
    stream_name, sequence_number, partition_key = record.split("/", 2)
    return {"stream_name": stream_name, "partition_key": partition_key, "sequence_number": sequence_number}


def _misjudged(books: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    """No imbalance, since nothing is lost, but worth saying: records that ended otherwise than they were made."""
    rows = books.execute(
        """
        SELECT claimed_kind, coalesce(reason, 'no quarantine'), count(*) FROM accounts
        WHERE claimed AND loaded + quarantined + duplicates > 0
          AND coalesce(reason, '') <> CASE WHEN claimed_kind IN (SELECT unnest($1)) THEN claimed_kind ELSE '' END
        GROUP BY ALL ORDER BY ALL
        """,
        [[reason.value for reason in Reason]],
    ).fetchall()
    return tuple(f"{count} records made as {kind} ended in {reason}." for kind, reason, count in rows)
