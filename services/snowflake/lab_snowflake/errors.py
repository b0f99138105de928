"""Every failure as Snowflake tells it: a message, a code and an SQL state.

The stock server answers an unforeseen failure with HTTP 500, which clients retry for minutes. Here a failure is always
an answer; the code says whether trying again can help (000625, a lock) or not (all others).
"""

from __future__ import annotations

import logging
import re

import botocore.exceptions
import duckdb
from snowflake.connector.errors import Error, ProgrammingError

from lab_snowflake.lengths.checked import TOO_LONG

logger = logging.getLogger("lab_snowflake")

INTERNAL = 603
CANCELED = 604
LOCKED = 625
TIMED_OUT = 630
UNSUPPORTED = 2
WRONG_PASSWORD = 390_100
USER_DISABLED = 390_101
SESSION_GONE = 390_111
TOKEN_EXPIRED = 390_112
MASTER_TOKEN_EXPIRED = 390_114
INVALID_TOKEN = 390_144
BROKEN_TRANSACTION = 90_232


def to_snowflake(error: Exception) -> Error:
    """The Snowflake error for whatever went wrong while a statement ran."""
    cause = error.__cause__ if isinstance(error, Error) else error
    if isinstance(cause, duckdb.Error):
        return _from_duckdb(cause)
    if isinstance(cause, botocore.exceptions.BotoCoreError | botocore.exceptions.ClientError):
        return ProgrammingError(msg=f"Failure using stage area. Cause: [{cause}]", errno=91_003, sqlstate="22000")
    if isinstance(error, Error):
        return error
    logger.error("unforeseen failure", exc_info=error)
    message = f"SQL execution internal error: {type(error).__name__}: {error}"
    return ProgrammingError(msg=message, errno=INTERNAL, sqlstate="XX000")


def unsupported(what: str) -> ProgrammingError:
    """The answer to a feature the local warehouse does not have."""
    return ProgrammingError(
        msg=f"Unsupported feature '{what}': the local warehouse does not have it.", errno=UNSUPPORTED, sqlstate="0A000"
    )


def canceled() -> ProgrammingError:
    """The answer to a statement that was stopped."""
    return ProgrammingError(msg="SQL execution canceled", errno=CANCELED, sqlstate="57014")


def missing(what: str, sqlstate: str = "02000") -> ProgrammingError:
    """The answer to a statement that needs what is not there: ``what`` is its kind and name."""
    return ProgrammingError(msg=f"{_COMPILATION}{what} {_MISSING}", errno=2003, sqlstate=sqlstate)


def already_there(name: str) -> ProgrammingError:
    """The answer to a statement that makes what is there."""
    return ProgrammingError(msg=f"{_COMPILATION}Object '{name}' already exists.", errno=2002, sqlstate="42710")


def nothing_there(what: str = "") -> ProgrammingError:
    """The answer to a USE or SHOW of what is not there."""
    said = f"Object does not exist, or operation cannot be performed{f': {what}' if what else ''}."
    return ProgrammingError(msg=f"{_COMPILATION}{said}", errno=2043, sqlstate="02000")


def _from_duckdb(error: duckdb.Error) -> ProgrammingError:
    text = str(error)
    for pattern, code, state, message in _BY_TEXT:
        if found := re.search(pattern, text):
            return ProgrammingError(msg=found.expand(message), errno=code, sqlstate=state)
    for kind, code, state in _BY_TYPE:
        if isinstance(error, kind):
            return ProgrammingError(msg=f"SQL error:\n{_first_line(text)}", errno=code, sqlstate=state)
    return ProgrammingError(msg=f"SQL execution internal error:\n{_first_line(text)}", errno=INTERNAL, sqlstate="XX000")


def _first_line(text: str) -> str:
    return text.split("\n", 1)[0]


_COMPILATION = "SQL compilation error:\n"
_MISSING = "does not exist or not authorized."

_BY_TEXT: tuple[tuple[str, int, str, str], ...] = (
    (TOO_LONG, 100_078, "22000", r"\1"),  # the first, for it quotes a value that may look like any other
    (r"^Invalid Input Error: Division by zero", 100_051, "22012", "Division by zero"),
    (
        r"(?:Table|View|Table or view) with name (\S+) does not exist",
        2003,
        "42S02",
        rf"{_COMPILATION}Object '\1' {_MISSING}",
    ),
    (
        r"(?:Schema|Catalog) with name (\S+) does not exist",
        2003,
        "02000",
        rf"{_COMPILATION}Object '\1' {_MISSING}",
    ),
    (r'Referenced column "([^"]+)" not found', 904, "42000", rf"{_COMPILATION}error: invalid identifier '\1'"),
    (r'does not have a column with name "([^"]+)"', 904, "42000", rf"{_COMPILATION}error: invalid identifier '\1'"),
    (r"with name \"?([^\"\s]+)\"? already exists", 2002, "42710", rf"{_COMPILATION}Object '\1' already exists."),
    (r"NOT NULL constraint failed: (\S+)", 100_072, "22000", r"NULL result in a non-nullable column: \1"),
    (
        r"cannot affect the same target row more than once",
        100_090,
        "42P18",
        "Duplicate row detected during DML action: more than one source row for one target row.",
    ),
    (
        r"Unknown TimeZone '([^']*)'",
        100_035,
        "22007",
        r"Timestamp is not recognized: its zone is '\1'; an offset such as +01:00 is valid.",
    ),
    (r"Duplicate struct entry name|Duplicate named argument", 100_103, "22000", "Duplicate field key in an object."),
    (
        r"Could not write[^:]*: (.+)|No space left on device",
        INTERNAL,
        "XX000",
        r"The local warehouse could not write to its disk, which may be full (\1); nothing of the statement was kept.",
    ),
)

_BY_TYPE: tuple[tuple[type[duckdb.Error], int, str], ...] = (
    (duckdb.InterruptException, CANCELED, "57014"),
    (duckdb.ConversionException, 100_038, "22018"),
    (duckdb.OutOfRangeException, 100_039, "22003"),
    (duckdb.ParserException, 1003, "42000"),
    (duckdb.SyntaxException, 1003, "42000"),
    (duckdb.CatalogException, 2003, "42S02"),
    (duckdb.BinderException, 2043, "02000"),
    (duckdb.ConstraintException, 100_072, "22000"),
    (duckdb.IOException, 91_016, "22000"),
    (duckdb.InvalidInputException, 100_071, "22000"),
)
