"""UTC days as conditions that Iceberg prunes partitions by."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as sf

MOST_RANGES = 64
"""Conditions of more ranges than this become one range from the first day to the last."""

_ONE_DAY = timedelta(days=1)


def ranges(days: Iterable[date]) -> list[tuple[date, date]]:
    """The days as ranges [first day, day after the last), in order."""
    found: list[tuple[date, date]] = []
    for day in sorted(set(days)):
        if found and found[-1][1] == day:
            found[-1] = (found[-1][0], day + _ONE_DAY)
        else:
            found.append((day, day + _ONE_DAY))
    return found if len(found) <= MOST_RANGES else [(found[0][0], found[-1][1])]


def within(column: str, days: Iterable[date]) -> str:
    """SQL for "this UTC timestamp lies in one of these days"; may admit others where there are very many."""
    terms = [
        f"({column} >= TIMESTAMP '{first} 00:00:00 UTC' AND {column} < TIMESTAMP '{end} 00:00:00 UTC')"
        for first, end in ranges(days)
    ]
    return f"({' OR '.join(terms)})" if terms else "false"


def days_of(frame: DataFrame, column: str) -> frozenset[date]:
    """The UTC days of a timestamp column (the sessions of the jobs are in UTC)."""
    return frozenset(row.day for row in frame.select(sf.to_date(column).alias("day")).distinct().collect())


def widened(days: Iterable[date], by: int) -> frozenset[date]:
    """These days, and as many as ``by`` before and after each."""
    return frozenset(day + timedelta(days=offset) for day in days for offset in range(-by, by + 1))


def is_day(column: str, days: Iterable[date]) -> Column:
    """Whether a date column is one of these days: exactly these, as an overwrite needs it."""
    return sf.col(column).isin(sorted(days))
