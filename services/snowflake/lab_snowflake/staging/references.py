"""A stage as a statement names it: ``@name/path``, ``@%table/path`` or ``@~/path``.

Source: https://docs.snowflake.com/en/user-guide/data-load-local-file-system-create-stage
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from fakesnow.expr import normalise_ident
from snowflake.connector.errors import ProgrammingError

from lab_snowflake import errors
from lab_snowflake.identifiers import PART

NAME_BYTES = 255
"""The length of a name in a folder, of each part of a path."""

_REFERENCE = re.compile(
    rf"@(?:(?P<user>~)|(?P<parents>(?:{PART}\.){{0,2}})(?P<table>%?)(?P<name>{PART}))(?:/(?P<path>.*))?", re.DOTALL
)


class Kind(Enum):
    """Whose a stage is."""

    NAMED = "named"
    TABLE = "table"
    USER = "user"


@dataclass(frozen=True, slots=True)
class Reference:
    """A stage and a path in it; of the user's stage, which lies in no schema, the three names are empty."""

    kind: Kind
    database: str
    schema: str
    name: str
    path: str


def parsed(text: str, database: str, schema: str) -> Reference:
    """The stage and the path in ``text``; ``database`` and ``schema`` are the session's.

    Raises:
        ProgrammingError: 001003, it is no reference; 000002, its path leads upwards; 090105 or 090106, it needs a
            database or a schema and the session has none.
    """
    found = _REFERENCE.fullmatch(text)
    if found is None:
        raise ProgrammingError(
            msg=f"SQL compilation error:\ninvalid stage '{text}'; @name/path, @%table/path or @~/path is valid.",
            errno=1003,
            sqlstate="42000",
        )
    path = _checked(found["path"] or "", text)
    if found["user"]:
        return Reference(Kind.USER, "", "", "", path)
    parents = [normalise_ident(part) for part in re.findall(PART, found["parents"])]
    name = normalise_ident(found["name"])
    is_table = bool(found["table"]) or name.startswith("%")
    of_schema = parents[-1] if parents else schema
    of_database = parents[0] if len(parents) == 2 else database
    _require(of_database, "database", 90_105)
    _require(of_schema, "schema", 90_106)
    return Reference(Kind.TABLE if is_table else Kind.NAMED, of_database, of_schema, name.removeprefix("%"), path)


def _checked(path: str, text: str) -> str:
    parts = [part for part in path.split("/") if part]
    if {".", ".."} & set(parts) or "\0" in path:
        raise errors.unsupported(f"'.' or '..' in the path of a stage ({text})")
    if any(len(part.encode()) > NAME_BYTES for part in parts):
        raise errors.unsupported(f"a name of more than {NAME_BYTES} bytes in the path of a stage")
    return "/".join(parts) + ("/" if parts and path.endswith("/") else "")


def _require(name: str, kind: str, code: int) -> None:
    if not name:
        raise ProgrammingError(
            msg=f"Cannot find the stage. This session does not have a current {kind}. "
            f"Call 'USE {kind.upper()}', or use a qualified name.",
            errno=code,
            sqlstate="22000",
        )
