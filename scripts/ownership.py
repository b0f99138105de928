"""Whose a database, warehouse or integration of Snowflake's is: the lab's carry the comment that its SQL gives them.

The user chooses their names, and all are made IF NOT EXISTS: what was there before under such a name would be taken
over by a deployment, and dropped when that is taken away.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from snowflake.connector import DictCursor, SnowflakeConnection
from snowflake.connector.errors import Error

from scripts import paths, storage_integration
from scripts.errors import LabError

SETTINGS = ("SNOWFLAKE_DATABASE", "SNOWFLAKE_WAREHOUSE", "SNOWFLAKE_STAGE_OPTIONS")
"""Of a profile, those that name them."""
DATABASE_SQL = paths.ROOT / "snowflake" / "01_database.sql"


@dataclass(frozen=True, slots=True)
class Named:
    """An object whose name a setting gives, and the comment by which it is the lab's."""

    kind: str
    name: str
    setting: str
    comment: str

    def __str__(self) -> str:
        """As a sentence names it."""
        return f"{self.kind.lower()} {self.name}"


def named(settings: Mapping[str, str]) -> list[Named]:
    """All whose names a profile chooses."""
    made = [("DATABASE", "SNOWFLAKE_DATABASE", DATABASE_SQL), ("WAREHOUSE", "SNOWFLAKE_WAREHOUSE", DATABASE_SQL)]
    found = [Named(kind, settings[setting], setting, _comment(kind, sql)) for kind, setting, sql in made]
    kind, setting = "STORAGE INTEGRATION", "SNOWFLAKE_STAGE_OPTIONS"
    if integration := storage_integration.NAMED.search(settings[setting]):
        found.append(Named(kind, integration[1], setting, _comment(kind, storage_integration.SQL)))
    return found


def _comment(kind: str, sql: Path) -> str:
    made = rf"^CREATE {kind} IF NOT EXISTS [^;]*?\bCOMMENT = '([^']+)'"
    (comment,) = re.findall(made, sql.read_text(encoding="utf-8"), re.MULTILINE)
    return str(comment)


def comment_of(connection: SnowflakeConnection, wanted: Named) -> str | None:
    """What the object of this name has as its comment; None when there is none that the role can see.

    Raises:
        LabError: Snowflake does not tell.
    """
    quoted = wanted.name.startswith('"')
    name = wanted.name[1:-1].replace('""', '"') if quoted else wanted.name.upper()
    pattern = name.replace("'", "''")
    try:
        rows = connection.cursor(DictCursor).execute(f"SHOW {wanted.kind}S LIKE '{pattern}'")
        alike = {row["name"]: str(row["comment"] or "") for row in rows or ()}  # to LIKE, _ is any letter
    except Error as error:
        raise LabError(f"Snowflake does not tell whose {wanted} is: {error.raw_msg or error}") from error
    return alike.get(name)


def strangers(connection: SnowflakeConnection, settings: Mapping[str, str]) -> dict[Named, str]:
    """Those that are there and not the lab's, with their comments. Raises LabError when Snowflake does not tell."""
    seen = {each: comment_of(connection, each) for each in named(settings)}
    return {each: said for each, said in seen.items() if said is not None and said != each.comment}


def refusal(found: Mapping[Named, str]) -> LabError:
    """That these are not the lab's, and are left alone; what to do about it."""
    lines = (
        f"Snowflake's {each} is not the lab's, and is left alone: its comment is {said!r}, not {each.comment!r}. Name "
        f"another one by {each.setting}; or if it is the lab's, say so there: "
        f"ALTER {each.kind} {each.name} SET COMMENT = '{each.comment}';"
        for each, said in found.items()
    )
    return LabError("\n".join(lines), next_command="make doctor")


def require_ours(connection: SnowflakeConnection, settings: Mapping[str, str]) -> None:
    """Raise a LabError when a deployment would take over what is not the lab's."""
    if found := strangers(connection, settings):
        raise refusal(found)
