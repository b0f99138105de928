"""The connector's work with pandas and Arrow, which needs pandas: run in an environment that has it.

``frames.py write PORT FILE`` writes a Parquet file into the table FRAMES of BENCH.S, ``frames.py fetch PORT`` reads
EVENTS whole; both print rows a second.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import pandas as pd
import snowflake.connector
from snowflake.connector import SnowflakeConnection
from snowflake.connector.pandas_tools import write_pandas


def write(connection: SnowflakeConnection, file: str) -> float:
    """write_pandas of a frame that is in memory."""
    frame = pd.read_parquet(file)
    frame.columns = frame.columns.str.upper()
    started = time.monotonic()
    _, _, written, _ = write_pandas(connection, frame, "FRAMES", use_logical_type=True)
    seconds = time.monotonic() - started
    if written != len(frame):
        sys.exit(f"{written} rows were written, not {len(frame)}")
    return written / seconds


def fetch(connection: SnowflakeConnection) -> float:
    """fetch_arrow_all of a whole table."""
    started = time.monotonic()
    cursor = connection.cursor()
    cursor.execute("SELECT * FROM EVENTS")
    table = cursor.fetch_arrow_all(force_return_table=True)
    return float(table.num_rows / (time.monotonic() - started))


MODES: dict[str, Callable[..., float]] = {"write": write, "fetch": fetch}


def main(mode: str, port: str, *arguments: str) -> None:
    """Connect and print the figure of ``mode``."""
    with snowflake.connector.connect(
        account="lab",
        user="lab",
        password="lab",  # noqa: S106
        host="127.0.0.1",
        port=int(port),
        protocol="http",
        database="BENCH",
        schema="S",
        network_timeout=600,
    ) as connection:
        print(MODES[mode](connection, *arguments))


if __name__ == "__main__":
    main(*sys.argv[1:])
