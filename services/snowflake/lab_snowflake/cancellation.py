"""SYSTEM$CANCEL_ALL_QUERIES and SYSTEM$CANCEL_QUERY: stop what another session runs, by its id or the statement's.

Sources: https://docs.snowflake.com/en/sql-reference/functions/system_cancel_all_queries and system_cancel_query there.
"""

from __future__ import annotations

import re

ALL = re.compile(r"^SELECT\s+SYSTEM\$CANCEL_ALL_QUERIES\s*\(\s*'?(\d+)'?\s*\)$", re.IGNORECASE)
ONE = re.compile(r"^SELECT\s+SYSTEM\$CANCEL_QUERY\s*\(\s*'([^']*)'\s*\)$", re.IGNORECASE)

NOT_RUNNING = "Identified SQL statement is not currently executing."


def session_id(statement: str) -> int | None:
    """The session whose statements ``statement`` asks to be stopped; None when it asks for something else."""
    found = ALL.match(statement)
    return int(found[1]) if found else None


def query_id(statement: str) -> str | None:
    """The statement that ``statement`` asks to be stopped; None when it asks for something else."""
    found = ONE.match(statement)
    return found[1] if found else None
