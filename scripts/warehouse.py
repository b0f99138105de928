"""The warehouse's objects: runs the numbered files of snowflake/ in order, each statement on its own."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from io import StringIO
from pathlib import Path

import snowflake.connector
from snowflake.connector.errors import Error, OperationalError
from snowflake.connector.util_text import split_statements

from scripts import key_pair, paths
from scripts.errors import LabError, Unavailable
from scripts.key_pair import KeyPair

PLACEHOLDER = re.compile(r"&\{(\w+)\}")
SETTINGS = {
    "account": "SNOWFLAKE_ACCOUNT",
    "user": "SNOWFLAKE_USER",
    "password": "SNOWFLAKE_PASSWORD",
    "role": "SNOWFLAKE_ROLE",
    "warehouse": "SNOWFLAKE_WAREHOUSE",
    "database": "SNOWFLAKE_DATABASE",
}
LOGIN_TIMEOUT_SECONDS = 30
KEY_UNKNOWN = {390_144, 394_304}
"""Snowflake's answers to a login by a key that the user does not have."""


def deploy(
    variables: Mapping[str, str], note: Callable[[str], None], directory: Path = paths.ROOT / "snowflake"
) -> None:
    """Run the numbered files of ``directory`` in order; a second time changes nothing.

    Args:
        variables: what ``&{name}`` stands for in the files.
        note: told of each file that is done.

    Raises:
        LabError: a placeholder without a value, or a statement that failed; names the file and the statement.
    """
    scripts = [(file, statements(file, variables)) for file in numbered_files(directory)]
    with connect() as connection:
        for file, file_statements in scripts:
            run(connection, file, file_statements)
            count = len(file_statements)
            note(f"{paths.display(file)}: {count} statement{'s' if count != 1 else ''}")


def connect(environment: Mapping[str, str] = os.environ) -> snowflake.connector.SnowflakeConnection:
    """A connection by the profile's ``SNOWFLAKE_*`` settings: by their key's file if they name one, else by password.

    Raises:
        Unavailable: nothing answers at the address.
        LabError: a setting is missing, the key's file is none, or the login was refused.
    """
    if missing := [setting for setting in ("SNOWFLAKE_ACCOUNT", "SNOWFLAKE_USER") if not environment.get(setting)]:
        raise LabError(f"{missing[0]} is not set; the profile gives it (profiles/local.env).")
    options = {option: environment[setting] for option, setting in SETTINGS.items() if environment.get(setting)}
    key = key_pair.configured(environment)
    by_key = {"authenticator": "SNOWFLAKE_JWT", "private_key": key.der} if key else {}
    address: dict[str, str | int] = {}
    if host := environment.get("SNOWFLAKE_HOST"):
        address = {"host": host, "port": _port(environment.get("SNOWFLAKE_PORT", "443"))}
    where = ":".join(str(part) for part in address.values()) or options["account"]
    try:
        return snowflake.connector.connect(
            **options,
            **by_key,
            **address,
            protocol=environment.get("SNOWFLAKE_PROTOCOL", "https"),
            login_timeout=LOGIN_TIMEOUT_SECONDS,
            session_parameters={"CLIENT_TELEMETRY_ENABLED": False},
        )
    except OperationalError as error:
        raise Unavailable(
            f"Snowflake at {where} does not answer: {error.raw_msg or error}", next_command="make status"
        ) from error
    except Error as error:
        raise _refused(error, where, options["user"], key) from error


def _refused(error: Error, where: str, user: str, key: KeyPair | None) -> LabError:
    """Why the login was refused; for a key that Snowflake does not know, with the statement that makes it known."""
    said = error.raw_msg or str(error)
    if key is None or error.errno not in KEY_UNKNOWN:
        return LabError(f"Snowflake at {where} refused the login of {user}: {said}")
    return LabError(
        f"Snowflake at {where} does not know the key of {key_pair.FILE} as one of the user {user} "
        f"(error {error.errno}), or this machine's clock is wrong. As a role that may change the user, type there:\n"
        f"{key.registration(user)};"
    )


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65_536:
        raise LabError(f"SNOWFLAKE_PORT={text} is no port; a number from 1 to 65535 is.")
    return int(text)


def numbered_files(directory: Path) -> list[Path]:
    """The files that define the warehouse, in the order of their numbers."""
    return sorted(directory.glob("[0-9][0-9]_*.sql"))


def statements(file: Path, variables: Mapping[str, str]) -> list[str]:
    """The statements of ``file`` with ``variables`` filled in.

    Raises:
        LabError: ``file`` has a placeholder that ``variables`` lack.
    """
    text = file.read_text(encoding="utf-8")
    unknown = sorted(set(PLACEHOLDER.findall(text)) - variables.keys())
    if unknown:
        raise LabError(
            f"{paths.display(file)} has the placeholder &{{{unknown[0]}}}; valid are: {', '.join(sorted(variables))}."
        )
    filled = PLACEHOLDER.sub(lambda found: variables[found[1]], text)
    parts = (part for part, _ in split_statements(StringIO(filled), remove_comments=True))
    return [part.strip().removesuffix(";").rstrip() for part in parts if part and part.strip(" \t\r\n;")]


def run(connection: snowflake.connector.SnowflakeConnection, file: Path, file_statements: list[str]) -> None:
    """Run the statements of ``file`` one by one.

    Raises:
        LabError: one failed; names the file, the statement and its place.
    """
    for number, statement in enumerate(file_statements, start=1):
        try:
            connection.cursor().execute(statement)
        except Error as error:
            first_line = statement.split("\n", 1)[0].rstrip(" (")
            raise LabError(
                f"{paths.display(file)}, statement {number} of {len(file_statements)} ({first_line} …) failed: "
                f"{error.raw_msg or error} (code {error.errno}, SQL state {error.sqlstate}).",
                next_command="make logs SERVICE=snowflake",
            ) from error
