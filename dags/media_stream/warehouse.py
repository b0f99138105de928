"""The warehouse's tasks: write, audit, publish, check, close the books. The SQL is in snowflake/."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any

from airflow.providers.common.sql.hooks.handlers import fetch_all_handler
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.providers.snowflake.hooks.snowflake import SnowflakeHook
from airflow.sdk import Context
from snowflake.connector.cursor import SnowflakeCursor

from media_stream import SQL, batch
from media_stream.outbox import Export

CONNECTION = "snowflake_default"


class AuditFailed(Exception):
    """What is staged must not be published; the message names the rows at fault."""


class CheckFailed(Exception):
    """The warehouse does not hold what it should; the message names each check that is not true."""


class Audit(SQLExecuteQueryOperator):
    """Run every query of snowflake/audit/ over what is staged, all of them even when the first finds something.

    A query returns the rows at fault; the last column says what is wrong. What passes is marked as audited: a batch
    that takes its place in the meantime is not, and cannot be published.

    Raises:
        AuditFailed: one or more returned rows. Nothing was published.
    """

    def __init__(self, **arguments: Any) -> None:
        super().__init__(
            conn_id=CONNECTION, sql=_files("audit"), return_last=False, output_processor=require_none, **arguments
        )

    def execute(self, context: Context) -> None:
        """Audit the batch that lies in staging now, and mark it."""
        with _transaction() as cursor:
            batch_id = batch.staged(cursor)
        super().execute(context)  # type: ignore[no-untyped-call]  # the provider's
        with _transaction() as cursor:
            batch.mark_audited(cursor, batch_id)


class Checks(SQLExecuteQueryOperator):
    """Run every query of snowflake/checks/ over what is published; return the names of what holds.

    A query returns one row of booleans, each column named for what holds when it is true.

    Raises:
        CheckFailed: one or more do not hold.
    """

    def __init__(self, **arguments: Any) -> None:
        super().__init__(
            conn_id=CONNECTION, sql=_files("checks"), return_last=False, output_processor=require_all, **arguments
        )


def stage(exports: Sequence[Export], run_id: str) -> None:
    """Write: put `exports` into staging in the place of what lay there, all of them in one transaction."""
    with _transaction() as cursor:
        batch.stage(cursor, exports, run_id)


def publish(exports: int, run_id: str) -> None:
    """Publish what `stage` has staged for `run_id`, in one transaction: readers see all of it or nothing.

    Raises:
        batch.BatchReplaced: staging does not hold so many audited exports of this run; nothing was published.
    """
    with _transaction() as cursor:
        batch.publish(cursor, exports, run_id)


def first_arrival(ti: Any) -> str:
    """Return where the checks and the ledger of this run begin: templates call it with their task instance.

    Before that arrival the exports that were staged have touched nothing.
    """
    staged: dict[str, str] = ti.xcom_pull(task_ids="stage_exports")
    return min(staged.values())


def close_books(run_id: str, first_arrival: str) -> None:
    """Write the ledger of this run and require that it balances.

    Raises:
        CheckFailed: a record is in no place or in two; the message names up to 20 of them.
    """
    bound = {"run_id": run_id, "first_arrival": first_arrival}
    warehouse = SnowflakeHook(CONNECTION)
    with _transaction() as cursor:
        batch.run_file(cursor, "ledger/write.sql", bound)
    balanced: Any = warehouse.run(
        _text("ledger/balanced.sql"), parameters=bound, handler=fetch_all_handler, return_last=False
    )
    try:
        require_all(balanced, warehouse.descriptions)
    except CheckFailed as error:
        rows = warehouse.get_records(_text("ledger/unbalanced.sql"), parameters=bound)
        raise CheckFailed(f"The books do not balance. {error}\n{_lines(rows)}") from error


def require_none(results: Sequence[Sequence[Any]], _descriptions: Sequence[Any]) -> list[Any]:
    """Raise when a query of the audit has found rows at fault."""
    at_fault = [row for rows in results for row in rows]
    if at_fault:
        raise AuditFailed(f"Nothing was published: what is staged is at fault in\n{_lines(at_fault)}")
    return []


def require_all(results: Sequence[Sequence[Any]], descriptions: Sequence[Any]) -> list[list[str]]:
    """Return the names of the checks in `results`, the rows of each query; raise when one is not true or is missing."""
    if not results or not all(results):
        raise CheckFailed("A query of checks returned no row: see the task's log")
    answers = [
        (column[0], answer)
        for rows, columns in zip(results, descriptions, strict=True)
        for column, answer in zip(columns, rows[0], strict=True)
    ]
    failed = [name for name, answer in answers if answer is not True]
    if failed:
        raise CheckFailed(f"{len(failed)} of {len(answers)} checks failed: {', '.join(failed)}")
    return [[name for name, _ in answers]]


@contextmanager
def _transaction() -> Iterator[SnowflakeCursor]:
    with closing(SnowflakeHook(CONNECTION).get_conn()) as connection, batch.transaction(connection) as cursor:
        yield cursor


def _text(file: str) -> str:
    return (SQL / file).read_text(encoding="utf-8")


def _files(folder: str) -> list[str]:
    """The queries of a folder as the operator's templates name them."""
    return sorted(str(file.relative_to(SQL)) for file in (SQL / folder).glob("*.sql"))


def _lines(rows: Sequence[Sequence[Any]]) -> str:
    return "\n".join(str(tuple(map(str, row))) for row in rows)
