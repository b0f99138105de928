"""Putting days of a gold table in the place of what it held for them, in one commit."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from pyspark.sql import DataFrame

from jobs.conflicts import retried
from jobs.days import is_day
from jobs.tables import Table


def rebuild(table: Table, rows: DataFrame, days: Collection[date]) -> None:
    """Replace these days by those of ``rows``; a day without rows ends empty. Other days are not touched."""
    if not days:
        return
    wanted = is_day("day", days)
    retried(lambda: rows.where(wanted).writeTo(table.full_name).overwrite(wanted))
