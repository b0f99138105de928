"""The Snowflake account: the user's key, the log-in, and what the role may create."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from snowflake.connector import SnowflakeConnection
from snowflake.connector.errors import Error

from scripts import key_pair, ownership, paths, warehouse
from scripts.doctor.finding import Finding, fine, of_error, unknown, wrong
from scripts.errors import LabError
from scripts.ownership import Named
from scripts.profile import Profile

NEEDED = ("CREATE DATABASE", "CREATE INTEGRATION", "CREATE ROLE", "CREATE WAREHOUSE")
ADMINISTRATOR = "ACCOUNTADMIN"
"""May do all of that, whatever was granted to it."""


def findings(profile: Profile) -> Iterator[Finding]:
    """The key's file, and what an answer of the account tells."""
    try:
        key_pair.configured(os.environ | dict(profile.values))
    except LabError as error:
        yield of_error("Snowflake key", error, f"export {key_pair.PASSPHRASE}=…")
        yield unknown("Snowflake log-in", "not tried without the key")
        return
    yield key_file(paths.ROOT / Path(profile["SNOWFLAKE_PRIVATE_KEY_FILE"]).expanduser())
    try:
        with warehouse.connect() as connection:
            yield fine("Snowflake log-in", f"{profile['SNOWFLAKE_USER']} of {profile['SNOWFLAKE_ACCOUNT']}")
            yield role(profile["SNOWFLAKE_ROLE"], connection)
            for each in ownership.named(profile.values):
                yield owner(each, profile, connection)
    except LabError as error:
        yield of_error("Snowflake log-in", error, f"make doctor PROFILE={profile.name}")


def key_file(path: Path) -> Finding:
    """Whether nobody but its owner can read it."""
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        return wrong("Snowflake key", f"{path} can be read by others than you", f"chmod 600 {path}")
    return fine("Snowflake key", f"{path}, and nobody else can read it")


def role(name: str, connection: SnowflakeConnection) -> Finding:
    """Whether the role may create what a deployment creates."""
    what = f"Snowflake role {name}"
    if name.upper() == ADMINISTRATOR:
        return fine(what, "may create everything")
    try:
        rows = connection.cursor().execute(f"SHOW GRANTS TO ROLE {name}")
        granted = {str(row[1]).upper() for row in rows or () if str(row[2]).upper() == "ACCOUNT"}
    except Error as error:
        return unknown(what, f"its privileges could not be read: {error.raw_msg or error}")
    lacking = [privilege for privilege in NEEDED if privilege not in granted]
    if lacking:
        statement = f"GRANT {', '.join(lacking)} ON ACCOUNT TO ROLE {name};"
        return wrong(what, f"may not {', '.join(lacking)}", f"in Snowsight, as {ADMINISTRATOR}: {statement}")
    return fine(what, f"may {', '.join(NEEDED)}")


def owner(wanted: Named, profile: Profile, connection: SnowflakeConnection) -> Finding:
    """Whether a name is free or the lab's: a deployment takes nothing over that is another's."""
    what = f"Snowflake {wanted}"
    try:
        comment = ownership.comment_of(connection, wanted)
    except LabError as error:
        return unknown(what, error.message)
    if comment is None:
        return fine(what, "the name is free")
    if comment != wanted.comment:
        words = f"is there and not the lab's: its comment is {comment!r}, not {wanted.comment!r}"
        return wrong(what, words, f"another {wanted.setting} in {profile.path.name}")
    return fine(what, "is the lab's")
