"""What PUT, GET, LIST and REMOVE answer."""

from __future__ import annotations

from datetime import UTC
from email.utils import format_datetime

from lab_snowflake import errors
from lab_snowflake.place import Place
from lab_snowflake.rows import rows_sql
from lab_snowflake.staging import files, locations
from lab_snowflake.staging.commands import Get, List, Put, Remove
from lab_snowflake.staging.files import StagedFile
from lab_snowflake.staging.locations import InFolder
from lab_snowflake.staging.transfers import Download, Transfer, Upload

LISTED = (("name", "VARCHAR"), ("size", "BIGINT"), ("md5", "VARCHAR"), ("last_modified", "VARCHAR"))
REMOVED = (("name", "VARCHAR"), ("result", "VARCHAR"))


def rows(command: List | Remove, place: Place) -> str:
    """SQL of the answer: the files that there are, or that there were.

    Raises:
        ProgrammingError: 002003, there is no such stage.
    """
    found = files.listed(locations.of(command.stage, place), command.pattern)
    if isinstance(command, List):
        return rows_sql(LISTED, [_listed(file) for file in found])
    files.removed(found)
    return rows_sql(REMOVED, [(file.name, "removed") for file in found])


def transfer(command: Put | Get, place: Place) -> Transfer:
    """What the client must send or fetch.

    Raises:
        ProgrammingError: 002003, there is no such stage; 000002, it is an external one.
    """
    verb = "PUT" if isinstance(command, Put) else "GET"
    location = locations.of(command.stage, place)
    if not isinstance(location, InFolder):
        raise errors.unsupported(f"{verb} with an external stage, on Snowflake too; use S3's own tools")
    if isinstance(command, Put):
        return Upload(command, location.folder, location.prefix)
    return Download(command, location.folder, files.listed(location, command.pattern))


def _listed(file: StagedFile) -> tuple[str, int, str, str]:
    modified = format_datetime(file.modified.astimezone(UTC), usegmt=True)
    return file.name, file.size, file.etag.strip('"'), modified
