"""The books of each day of arrival, which two pages look at: they go over every record, so they are asked for once."""

from __future__ import annotations

import pandas as pd

from lab_dashboard import warehouse

DAYS = """
SELECT DAY, RECORDS, LOADED, QUARANTINED, DUPLICATES, UNACCOUNTED, CONTESTED, BALANCED
FROM OPS.LEDGER_DAILY
ORDER BY DAY
"""

COUNTS = ["records", "loaded", "quarantined", "duplicates", "unaccounted", "contested"]


def days() -> pd.DataFrame:
    """A row a day of arrival."""
    return warehouse.rows(DAYS)


def totals() -> pd.Series[int]:
    """Of all days, by ``COUNTS``; zeros where nothing has arrived."""
    return days()[COUNTS].sum().astype(int)
