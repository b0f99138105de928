"""SYSTEM$CANCEL_ALL_QUERIES: stop what another session runs, by the session's id."""

from __future__ import annotations

import re

PATTERN = re.compile(r"^SELECT\s+SYSTEM\$CANCEL_ALL_QUERIES\s*\(\s*'?(\d+)'?\s*\)$", re.IGNORECASE)


def session_id(statement: str) -> int | None:
    """The session whose statements ``statement`` asks to be stopped; None when it asks for something else."""
    found = PATTERN.match(statement)
    return int(found[1]) if found else None
