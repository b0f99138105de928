"""PUT, GET, LIST and REMOVE as they are written.

Sources: https://docs.snowflake.com/en/sql-reference/sql/put and the pages of the same form for get, list and remove.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from snowflake.connector.errors import ProgrammingError
from sqlglot.dialects.snowflake import Snowflake

from lab_snowflake.copying.options import flag, invalid
from lab_snowflake.words import Words

COMPRESSIONS = ("AUTO_DETECT", "GZIP", "BZ2", "BROTLI", "ZSTD", "DEFLATE", "RAW_DEFLATE", "NONE")

_TEXT = r"'(?:[^'\\]|\\.|'')*'"
_STAGE = rf"""(?P<stage>\?|{_TEXT}|@(?:"(?:[^"]|"")*"|[^\s'])+)"""
_FILE = rf"(?P<file>{_TEXT}|file://\S+)"
_OPTIONS = r"(?:\s+(?P<options>.*))?"
_COMMANDS = {
    "PUT": rf"{_FILE}\s+{_STAGE}{_OPTIONS}",
    "GET": rf"{_STAGE}\s+{_FILE}{_OPTIONS}",
    "LIST": rf"{_STAGE}{_OPTIONS}",
    "REMOVE": rf"{_STAGE}{_OPTIONS}",
}
_SHORT = {"LS": "LIST", "RM": "REMOVE"}
_VERB = re.compile(rf"({'|'.join((*_COMMANDS, *_SHORT))})\b\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Put:
    """Send files of the client's machine, whose paths match ``local``, to a stage."""

    stage: str
    local: str
    parallel: int = 4
    auto_compress: bool = True
    source_compression: str = "AUTO_DETECT"
    overwrite: bool = False


@dataclass(frozen=True, slots=True)
class Get:
    """Fetch files of a stage into the folder ``local`` of the client's machine."""

    stage: str
    local: str
    parallel: int = 10
    pattern: str | None = None


@dataclass(frozen=True, slots=True)
class List:
    """Show the files of a stage."""

    stage: str
    pattern: str | None = None


@dataclass(frozen=True, slots=True)
class Remove:
    """Delete files of a stage."""

    stage: str
    pattern: str | None = None


Command = Put | Get | List | Remove


def of(statement: str, bound: Any) -> Command | None:
    """The command in ``statement``; None if it is another statement. ``bound`` may hold the stage.

    Raises:
        ProgrammingError: 001003, it is not written as it must be; 001008, an option's value that is none.
    """
    verb = _VERB.match(statement)
    if verb is None:
        return None
    name = _SHORT.get(verb[1].upper(), verb[1].upper())
    parts = re.fullmatch(_COMMANDS[name], statement[verb.end() :], re.IGNORECASE | re.DOTALL)
    if parts is None:
        raise Words(statement[verb.end() :]).unexpected()
    stage = str(bound[0]) if parts["stage"] == "?" and isinstance(bound, list | tuple) else _plain(parts["stage"])
    options = _options(parts["options"] or "", _OPTIONS_OF[name])
    match name:
        case "PUT":
            return Put(stage, _path(parts["file"]), **options)
        case "GET":
            return Get(stage, _path(parts["file"]), **options)
        case "LIST":
            return List(stage, **options)
    return Remove(stage, **options)


def moves_files(statement: str) -> bool:
    """Whether the client itself must send or fetch files for ``statement``."""
    verb = _VERB.match(statement.lstrip())
    return verb is not None and verb[1].upper() in ("PUT", "GET")


def _plain(text: str) -> str:
    return str(Snowflake().tokenize(text)[0].text) if text.startswith("'") else text


def _path(text: str) -> str:
    scheme, given, path = _plain(text).partition("file://")
    if scheme or not given:
        raise ProgrammingError(
            msg=f"SQL compilation error:\ninvalid URL prefix found in: '{_plain(text)}'; file:// is valid.",
            errno=1011,
            sqlstate="42601",
        )
    return path


def _options(text: str, names: tuple[str, ...]) -> dict[str, Any]:
    words, given = Words(text), dict[str, Any]()
    while words:
        name = words.one_of(*names)
        if name is None or not words.take("="):
            raise words.unexpected()
        given |= _READERS[name](words.value())
    return given


def _number(value: str) -> int:
    if not value.isdecimal() or not 0 < int(value) < 100:
        raise invalid("PARALLEL", value, "a number from 1 to 99")
    return int(value)


def _compression(value: str) -> str:
    if value.upper() not in COMPRESSIONS:
        raise invalid("SOURCE_COMPRESSION", value, " or ".join(COMPRESSIONS))
    return value.upper()


def _pattern(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise invalid("PATTERN", value, f"a regular expression ({error})") from error
    return value


_READERS: Mapping[str, Any] = {
    "PARALLEL": lambda value: {"parallel": _number(value)},
    "AUTO_COMPRESS": lambda value: {"auto_compress": flag("AUTO_COMPRESS", value)},
    "SOURCE_COMPRESSION": lambda value: {"source_compression": _compression(value)},
    "OVERWRITE": lambda value: {"overwrite": flag("OVERWRITE", value)},
    "PATTERN": lambda value: {"pattern": _pattern(value)},
}

_OPTIONS_OF = {
    "PUT": ("PARALLEL", "AUTO_COMPRESS", "SOURCE_COMPRESSION", "OVERWRITE"),
    "GET": ("PARALLEL", "PATTERN"),
    "LIST": ("PATTERN",),
    "REMOVE": ("PATTERN",),
}
