"""TIMEZONE, the time zone of a session: what "now" and "today" are, how text without an offset is read, how instants
are shown.

DuckDB knows one type of instants, and no offset of its own for each: TIMESTAMP_LTZ and TIMESTAMP_TZ are the same here.
A TIMESTAMP_TZ keeps its instant and is shown in the session's zone, as a TIMESTAMP_LTZ is.

Source: https://docs.snowflake.com/en/sql-reference/parameters#timezone
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

import pyarrow as pa
import pyarrow.compute as pc
import pytz
from duckdb import DuckDBPyConnection
from fakesnow import macros
from snowflake.connector.errors import ProgrammingError

DEFAULT = "Etc/UTC"
SLOT = 15 * 60
"""Seconds within which no zone changes its offset."""

NO_OFFSET = 1440
"""How Snowflake writes an offset of no minutes."""


def required(name: str) -> str:
    """``name``, which is a zone's; upper and lower case count.

    Raises:
        ProgrammingError: 001008, there is no zone of this name.
    """
    if name not in pytz.all_timezones_set:
        raise ProgrammingError(
            msg=f"SQL compilation error:\ninvalid value [{name}] for parameter 'TIMEZONE'; names of the IANA time zone "
            "database are valid, such as Europe/Berlin.",
            errno=1008,
            sqlstate="22023",
        )
    return name


def install() -> None:
    """Have TO_TIMESTAMP of a number give UTC's wall time, as on Snowflake, whatever the session's zone."""
    template = macros.FS_TO_TIMESTAMP
    template.template = template.template.replace("cast(to_timestamp(", "timezone('UTC', to_timestamp(").replace(
        ") as TIMESTAMP)", "))"
    )


def create_macro(duck: DuckDBPyConnection, database: str) -> None:
    """Make TO_TIMESTAMP's macro anew in a database that may have the stock server's."""
    duck.execute(macros.FS_TO_TIMESTAMP.substitute(catalog=f'"{database}"'))


def apply(duck: DuckDBPyConnection, zone: str) -> None:
    """Have ``duck`` compute in ``zone``, a name that ``required`` has let pass."""
    duck.execute(f"SET TimeZone = '{zone}'")


def offsets(seconds: pa.Array, zone: str) -> pa.Array:
    """The offset from UTC of each of ``seconds`` since 1970 in ``zone``, in minutes, as Snowflake writes it."""
    if zone in ("UTC", DEFAULT):
        return pa.array([NO_OFFSET] * len(seconds), type=pa.int32())
    known, epoch = pytz.timezone(zone), datetime(1970, 1, 1, tzinfo=UTC)
    slots = pc.floor(pc.divide(seconds.cast(pa.float64()), float(SLOT))).cast(pa.int64()).dictionary_encode()
    minutes = [
        NO_OFFSET + _minutes(known, epoch + timedelta(seconds=slot * SLOT)) for slot in slots.dictionary.to_pylist()
    ]
    return pa.array(minutes, type=pa.int32()).take(slots.indices)


def _minutes(zone: tzinfo, moment: datetime) -> int:
    return round((moment.astimezone(zone).utcoffset() or timedelta()).total_seconds() / 60)
