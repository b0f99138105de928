"""The warehouse's part of a run: load an export, check what lies there, close the books. The SQL is in snowflake/.

A check is a query that returns one row of booleans, each column named for what holds when it is true.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from airflow.providers.common.sql.hooks.handlers import fetch_all_handler
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.providers.snowflake.hooks.snowflake import SnowflakeHook
from airflow.sdk import get_current_context

from media_stream import SQL
from media_stream.outbox import Export

CONNECTION = "snowflake_default"


class CheckFailed(Exception):
    """The warehouse does not hold what it should; the message names each check that is not true."""


class Checks(SQLExecuteQueryOperator):
    """Run every check of snowflake/checks/, all of them even when the first fails; return the names of what holds.

    Raises:
        CheckFailed: one or more do not hold.
    """

    def __init__(self, **arguments: Any) -> None:
        files = sorted(str(file.relative_to(SQL)) for file in (SQL / "checks").glob("*.sql"))
        super().__init__(conn_id=CONNECTION, sql=files, return_last=False, output_processor=require_all, **arguments)


def load(export: Export) -> None:
    """Load `export` in one transaction and make sure that it arrived as the lake sent it.

    One session runs every statement, and the SQL's own BEGIN and COMMIT make them one: when a statement fails, the
    session is closed with its transaction open, and the warehouse rolls it back.
    """
    warehouse = SnowflakeHook(CONNECTION)
    statements = _render("load/load_export.sql", export_id=export.id, first_arrival=utc_text(export.first_arrival))
    warehouse.run(statements, autocommit=True, split_statements=True)
    arrived = _render(
        "load/loaded_export.sql",
        export_id=export.id,
        events=export.events,
        minutes=export.minutes,
        ad_revenue=export.ad_revenue,
    )
    _check(warehouse, arrived)


def first_arrival(ti: Any) -> str:
    """Return where the checks and the ledger of this run begin: templates call it with their task instance.

    Before that arrival the exports that were loaded have touched nothing.
    """
    loaded: dict[str, str] = ti.xcom_pull(task_ids="load_exports")
    return min(loaded.values())


def utc_text(moment: datetime) -> str:
    """Return `moment`, which is in UTC, as the warehouse's TIMESTAMP_NTZ reads it. Texts sort as moments do."""
    return f"{moment:%Y-%m-%d %H:%M:%S.%f}"


def close_books(write: str, balanced: str, unbalanced: str) -> None:
    """Write the ledger of this run and require that it balances; the arguments are the SQL of snowflake/ledger/.

    Raises:
        CheckFailed: a record is in no place or in two; the message names up to 20 of them.
    """
    warehouse = SnowflakeHook(CONNECTION)
    warehouse.run(write, autocommit=True, split_statements=True)
    try:
        _check(warehouse, balanced)
    except CheckFailed as error:
        records = "\n".join(str(tuple(map(str, record))) for record in warehouse.get_records(unbalanced))
        raise CheckFailed(f"The books do not balance. {error}\n{records}") from error


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


def _check(warehouse: SnowflakeHook, sql: str) -> None:
    results: Any = warehouse.run(sql, autocommit=True, handler=fetch_all_handler, return_last=False)
    require_all(results, warehouse.descriptions)


def _render(template: str, **values: Any) -> str:
    environment = get_current_context()["dag"].get_template_env()
    return environment.get_template(template).render(**values)
