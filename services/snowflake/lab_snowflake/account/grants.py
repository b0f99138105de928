"""GRANT and REVOKE: who was given what.

Source: https://docs.snowflake.com/en/sql-reference/sql/grant-privilege
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from duckdb import DuckDBPyConnection

from lab_snowflake import errors, internals
from lab_snowflake.account import objects
from lab_snowflake.rows import DONE
from lab_snowflake.staging.access import STAGES
from lab_snowflake.words import Words

TABLE = f"{internals.GLOBAL}._lab_grants"

NAMED = (
    "RESOURCE MONITOR",
    "FILE FORMAT",
    *objects.INTEGRATIONS,
    *("ACCOUNT", "DATABASE", "SCHEMA", "TABLE", "VIEW", "STAGE", "SEQUENCE", "FUNCTION", "WAREHOUSE", "INTEGRATION"),
)
"""Kinds of what privileges are granted on."""

PLURALS = {"TABLES": "TABLE", "VIEWS": "VIEW", "STAGES": "STAGE", "SCHEMAS": "SCHEMA"}


@dataclass(frozen=True, slots=True)
class Grant:
    """A privilege on something, given to a role or user; USAGE on a ROLE is that role itself.

    Attributes:
        on: ``TABLE``; with FUTURE before it of what is yet to be made.
        name: its full name; of what is yet to be made, the database's or schema's.
        to: ROLE or USER.
    """

    privilege: str
    on: str
    name: str
    to: str
    grantee: str


def create_table(duck: DuckDBPyConnection) -> None:
    """Make the place where they are kept."""
    duck.execute(
        f'CREATE TABLE IF NOT EXISTS {TABLE} (created TIMESTAMPTZ, privilege VARCHAR, "on" VARCHAR, name VARCHAR, '
        '"to" VARCHAR, grantee VARCHAR, with_option BOOLEAN)'
    )


def grant(duck: DuckDBPyConnection, words: Words, database: str, schema: str) -> str:
    """``GRANT …``; what was granted before stays as it is, with the option to grant it on if that is new.

    Raises:
        ProgrammingError: 002003, there is no such role.
    """
    granted = _parsed(duck, words, database, schema, "TO")
    with_option = words.take("WITH", "GRANT", "OPTION")
    words.one_of("COPY CURRENT GRANTS", "REVOKE CURRENT GRANTS")
    words.end()
    for each in granted:
        if duck.execute(f"SELECT 1 FROM {TABLE} WHERE {_SAME}", _key(each)).fetchone() is None:  # noqa: S608
            duck.execute(f"INSERT INTO {TABLE} VALUES (?, ?, ?, ?, ?, ?, false)", [datetime.now(UTC), *_key(each)])  # noqa: S608
        if with_option:
            duck.execute(f"UPDATE {TABLE} SET with_option = true WHERE {_SAME}", _key(each))  # noqa: S608
    return DONE


def revoke(duck: DuckDBPyConnection, words: Words, database: str, schema: str) -> str:
    """``REVOKE …``; what was never granted is no error, as on Snowflake.

    Raises:
        ProgrammingError: 002003, there is no such role.
    """
    only_option = words.take("GRANT", "OPTION", "FOR")
    revoked = _parsed(duck, words, database, schema, "FROM")
    words.one_of("CASCADE", "RESTRICT")
    words.end()
    for each in revoked:
        if only_option:
            duck.execute(
                f"UPDATE {TABLE} SET with_option = false WHERE {_SAME}",  # noqa: S608
                _key(each),
            )
        else:
            _forget(duck, each)
    return DONE


def _parsed(duck: DuckDBPyConnection, words: Words, database: str, schema: str, sign: str) -> list[Grant]:
    if words.take("ROLE"):
        role = objects.require(duck, "ROLE", words.name()).name
        to, grantee = _grantee(duck, words, sign)
        return [Grant("USAGE", "ROLE", role, to, grantee)]
    privileges = [part.strip() for part in " ".join(words.until("ON")).split(",")]
    if not words.take("ON"):
        raise words.unexpected()
    subjects = _subjects(duck, words, database, schema)
    to, grantee = _grantee(duck, words, sign)
    named = ["ALL" if privilege == "ALL PRIVILEGES" else privilege for privilege in privileges]
    return [Grant(privilege, on, name, to, grantee) for on, name in subjects for privilege in named]


def _grantee(duck: DuckDBPyConnection, words: Words, sign: str) -> tuple[str, str]:
    if not words.take(sign):
        raise words.unexpected()
    to = words.one_of("ROLE", "USER")
    if to is None:
        if words.one_of("DATABASE ROLE", "SHARE", "APPLICATION"):
            raise errors.unsupported("grants to database roles, shares and applications")
        to = "ROLE"
    name = words.name()
    return to, objects.require(duck, "ROLE", name).name if to == "ROLE" else name


def _subjects(duck: DuckDBPyConnection, words: Words, database: str, schema: str) -> list[tuple[str, str]]:
    scope = words.one_of("ALL", "FUTURE")
    if scope is None:
        on = words.one_of(*NAMED)
        if on is None:
            raise errors.unsupported(f"grants on {words.word()}")
        return [("ACCOUNT", "LAB") if on == "ACCOUNT" else (on, full(on, words.name(), database, schema))]
    plural = words.one_of(*PLURALS)
    place = words.take("IN") and words.one_of("SCHEMA", "DATABASE")
    if plural is None or not place:
        raise errors.unsupported(f"grants on {scope} {plural or words.word()}; {', '.join(PLURALS)} are valid")
    within = full(place, words.name(), database, schema)
    if scope == "FUTURE":
        return [(f"FUTURE {PLURALS[plural]}", within)]
    return [(PLURALS[plural], name) for name in _existing(duck, plural) if name.startswith(f"{within}.")]


def _existing(duck: DuckDBPyConnection, plural: str) -> list[str]:
    if plural == "STAGES":
        query = f"SELECT database_name || '.' || schema_name || '.' || name FROM {STAGES}"  # noqa: S608
    elif plural == "SCHEMAS":
        query = "SELECT database_name || '.' || schema_name FROM duckdb_schemas() WHERE NOT internal"
    else:
        view = "=" if plural == "VIEWS" else "<>"
        query = (
            "SELECT table_catalog || '.' || table_schema || '.' || table_name FROM information_schema.tables "  # noqa: S608
            f"WHERE table_type {view} 'VIEW' AND NOT starts_with(table_schema, '_fs_')"
        )
    return sorted(row[0] for row in duck.execute(query).fetchall())


def full(on: str, name: str, database: str, schema: str) -> str:
    """The name with its database and schema, for what lies in them."""
    if on == "SCHEMA":
        return name if "." in name else f"{database}.{name}"
    if on in ("TABLE", "VIEW", "STAGE", "SEQUENCE", "FUNCTION", "FILE FORMAT"):
        return ".".join([database, schema, *name.split(".")][-3:])
    return name


_SAME = 'privilege = ? AND "on" = ? AND name = ? AND "to" = ? AND grantee = ?'


def _key(each: Grant) -> list[str]:
    return [each.privilege, each.on, each.name, each.to, each.grantee]


def _forget(duck: DuckDBPyConnection, each: Grant) -> None:
    if each.privilege == "ALL":
        duck.execute(f"DELETE FROM {TABLE} WHERE {_SAME.removeprefix('privilege = ? AND ')}", _key(each)[1:])  # noqa: S608
    else:
        duck.execute(f"DELETE FROM {TABLE} WHERE {_SAME}", _key(each))  # noqa: S608
