"""The options of a COPY INTO a table: each is honoured or refused, none is ignored.

Source: https://docs.snowflake.com/en/sql-reference/sql/copy-into-table
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from fakesnow.transforms.options import parse_options
from snowflake.connector.errors import ProgrammingError
from sqlglot import Expr, exp

FLAGS = {"TRUE": True, "FALSE": False, "ON": True, "OFF": False}
MATCHES = ("NONE", "CASE_SENSITIVE", "CASE_INSENSITIVE")


@dataclass(frozen=True, slots=True)
class OnError:
    """What becomes of a file with rows that cannot be loaded.

    Attributes:
        action: ABORT_STATEMENT, CONTINUE or SKIP_FILE.
        limit: of SKIP_FILE, the number of rejected rows from which on the file is skipped.
        percent: of SKIP_FILE, the percentage of rejected rows above which it is skipped; excludes ``limit``.
    """

    action: str = "ABORT_STATEMENT"
    limit: int = 1
    percent: int | None = None

    @classmethod
    def parse(cls, text: str) -> OnError:
        """Read the option's value.

        Raises:
            ProgrammingError: 001008, it is none of Snowflake's.
        """
        value = text.upper()
        if value in ("ABORT_STATEMENT", "CONTINUE", "SKIP_FILE"):
            return cls(value)
        if found := re.fullmatch(r"SKIP_FILE_(\d+)(%?)", value):
            number = int(found[1])
            if found[2] and number <= 100:
                return cls("SKIP_FILE", percent=number)
            if not found[2] and number > 0:
                return cls("SKIP_FILE", limit=number)
        valid = "CONTINUE, SKIP_FILE, SKIP_FILE_<number>, 'SKIP_FILE_<percentage>%' or ABORT_STATEMENT"
        raise invalid("ON_ERROR", text, valid)

    def skips(self, rejected: int, parsed: int) -> bool:
        """Whether a file with ``rejected`` of ``parsed`` rows is left out as a whole."""
        if self.action != "SKIP_FILE":
            return False
        return rejected * 100 > self.percent * parsed if self.percent is not None else rejected >= self.limit


@dataclass(frozen=True, slots=True)
class Options:
    """What a COPY asks for.

    Attributes:
        validation: RETURN_ERRORS, RETURN_ALL_ERRORS or RETURN_<n>_ROWS; None to load.
        size_limit: bytes from which on no further file is begun; None for no limit.
        truncates: whether text that is too long for its column is cut.
        metadata: of INCLUDE_METADATA, column names with the metadata each is filled with.
    """

    on_error: OnError = OnError()
    force: bool = False
    purge: bool = False
    pattern: str | None = None
    files: list[str] = field(default_factory=list)
    match: str = "NONE"
    validation: str | None = None
    size_limit: int | None = None
    failed_only: bool = False
    truncates: bool = False
    metadata: dict[str, str] = field(default_factory=dict)
    file_format: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, copy: exp.Copy) -> Options:
        """Read the options of ``copy``.

        Raises:
            ProgrammingError: an option or a value that Snowflake or the local warehouse does not have.
        """
        taken: dict[str, Any] = {}
        for parameter in copy.args.get("params") or []:
            name = parameter.this.name.upper()
            taken.update(_READERS[name](name, parameter) if name in _READERS else _unknown(name))
        return cls(**taken)


def invalid(name: str, value: str, valid: str) -> ProgrammingError:
    """The answer to an option's value that is none."""
    return ProgrammingError(
        msg=f"SQL compilation error:\ninvalid value [{value}] for parameter '{name}'; {valid} is valid.",
        errno=1008,
        sqlstate="22023",
    )


def _unknown(name: str) -> dict[str, Any]:
    raise ProgrammingError(
        msg=f"SQL compilation error:\ninvalid parameter '{name}'; {', '.join(sorted(_READERS))} are valid.",
        errno=1420,
        sqlstate="22023",
    )


def flag(name: str, value: Expr | bool | str | None) -> bool:
    """An option's TRUE or FALSE.

    Raises:
        ProgrammingError: 001008, it is neither.
    """
    if isinstance(value, exp.Boolean):
        return bool(value.this)
    text = value.name if isinstance(value, Expr) else str(value)
    if text.upper() not in FLAGS:
        raise invalid(name, text, "TRUE or FALSE")
    return FLAGS[text.upper()]


def _text(parameter: exp.CopyParameter) -> str:
    value = parameter.args.get("expression")
    return str(value.name if value is not None else "")


def _file_format(parameter: exp.CopyParameter) -> dict[str, Any]:
    """The options between the parentheses; a format's name may stand there, or alone, with or without quotes."""
    if (alone := parameter.args.get("expression")) is not None:
        return {"FORMAT_NAME": _unquoted(alone)}
    properties = [each.copy() for each in parameter.expressions]
    for each in properties:
        if isinstance(each.args.get("value"), exp.Table):
            each.set("value", exp.Literal.string(_unquoted(each.args["value"])))
    return parse_options(properties)


def _unquoted(name: Expr) -> str:
    return name.name if isinstance(name, exp.Literal) else name.sql(dialect="snowflake")


def _certain(name: str, parameter: exp.CopyParameter) -> dict[str, Any]:
    flag(name, parameter.args.get("expression"))  # either way the same: no file's load status is ever uncertain here
    return {}


def _truncates(name: str, parameter: exp.CopyParameter) -> dict[str, Any]:
    """TRUNCATECOLUMNS, and ENFORCE_LENGTH, which says the same the other way round."""
    return {"truncates": flag(name, parameter.args.get("expression")) == (name == "TRUNCATECOLUMNS")}


def _match(name: str, parameter: exp.CopyParameter) -> dict[str, Any]:
    value = _text(parameter).upper()
    if value not in MATCHES:
        raise invalid(name, value, ", ".join(MATCHES))
    return {"match": value}


def _validation(name: str, parameter: exp.CopyParameter) -> dict[str, Any]:
    value = _text(parameter).upper()
    if not re.fullmatch(r"RETURN_(\d+_ROWS|ERRORS|ALL_ERRORS)", value):
        raise invalid(name, value, "RETURN_<n>_ROWS, RETURN_ERRORS or RETURN_ALL_ERRORS")
    return {"validation": value}


def _size_limit(name: str, parameter: exp.CopyParameter) -> dict[str, Any]:
    value = _text(parameter)
    if not value.isdecimal() or int(value) == 0:
        raise invalid(name, value, "a number of bytes above 0")
    return {"size_limit": int(value)}


def _metadata(_name: str, parameter: exp.CopyParameter) -> dict[str, Any]:
    pairs = parameter.find_all(exp.EQ)
    return {"metadata": {pair.this.name.upper(): pair.expression.name.upper() for pair in pairs}}


_READERS: dict[str, Callable[[str, exp.CopyParameter], dict[str, Any]]] = {
    "FILE_FORMAT": lambda _, parameter: {"file_format": _file_format(parameter)},
    "FILES": lambda _, parameter: {"files": [literal.name for literal in parameter.find_all(exp.Literal)]},
    "PATTERN": lambda _, parameter: {"pattern": _text(parameter)},
    "ON_ERROR": lambda _, parameter: {"on_error": OnError.parse(_text(parameter))},
    "SIZE_LIMIT": _size_limit,
    "PURGE": lambda name, parameter: {"purge": flag(name, parameter.args.get("expression"))},
    "RETURN_FAILED_ONLY": lambda name, parameter: {"failed_only": flag(name, parameter.args.get("expression"))},
    "MATCH_BY_COLUMN_NAME": _match,
    "INCLUDE_METADATA": _metadata,
    "ENFORCE_LENGTH": _truncates,
    "TRUNCATECOLUMNS": _truncates,
    "FORCE": lambda name, parameter: {"force": flag(name, parameter.args.get("expression"))},
    "LOAD_UNCERTAIN_FILES": _certain,
    "VALIDATION_MODE": _validation,
}
