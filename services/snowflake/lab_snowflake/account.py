"""Statements about the account: roles, grants, warehouses, integrations.

A local warehouse has one user, who may do all, and computes in its own process: these statements are accepted so that
the same files run here and on Snowflake, have no effect, and the answer says so.
"""

from __future__ import annotations

import re

OBJECTS = r"(WAREHOUSE|ROLE|RESOURCE\s+MONITOR|(?:STORAGE\s+|NOTIFICATION\s+|API\s+|SECURITY\s+)?INTEGRATION)"

_STATEMENTS = (
    re.compile(rf"^(?:CREATE(?:\s+OR\s+REPLACE)?|ALTER|DROP)\s+{OBJECTS}\b", re.IGNORECASE),
    re.compile(r"^(GRANT|REVOKE)\s", re.IGNORECASE),
    re.compile(r"^USE\s+(WAREHOUSE|ROLE|SECONDARY\s+ROLES)\b", re.IGNORECASE),
)


def answer(statement: str) -> str | None:
    """What to answer to ``statement`` if it is about the account, else None."""
    for pattern in _STATEMENTS:
        if found := pattern.match(statement):
            subject = " ".join(found[1].upper().split())
            return f"Statement executed successfully. {subject}: no effect in the local warehouse."
    return None
