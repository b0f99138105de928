"""How a file becomes rows: the options of a file format, and the SQL by which DuckDB reads a file.

Every option is honoured or refused. The stock server lets DuckDB guess a CSV file's delimiter and types, which made 7
of '007'; here nothing is guessed and every field is text until it is cast to its column's type.

Source: https://docs.snowflake.com/en/sql-reference/sql/create-file-format
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from glob import escape as glob_escape
from typing import Any, ClassVar

from duckdb import DuckDBPyConnection
from fakesnow.transforms.file_format import lookup_file_format
from sqlglot import exp

from lab_snowflake import errors
from lab_snowflake.copying.options import flag, invalid

ROW_NUMBER = "METADATA$FILE_ROW_NUMBER"
"""The column of a numbered source with each record's number in its file, from 1."""

NEVER = "\x01\x02never\x02\x01"
"""Text that no field is: DuckDB must be given some text that stands for NULL."""


@dataclass(frozen=True, slots=True)
class Csv:
    """Delimited text."""

    delimiter: str = ","
    skip_header: int = 0
    parse_header: bool = False
    enclosed_by: str = ""
    escape: str = ""
    null_if: tuple[str, ...] = ("\\N",)
    empty_is_null: bool = True
    trim: bool = False
    counts_columns: bool = True
    gzipped: bool | None = None

    fixed: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "TYPE": ("CSV",),
        "RECORD_DELIMITER": ("\n", "\\n", "NONE"),
        "ESCAPE_UNENCLOSED_FIELD": ("NONE",),
        "ENCODING": ("UTF8", "UTF-8"),
        "DATE_FORMAT": ("AUTO",),
        "TIME_FORMAT": ("AUTO",),
        "TIMESTAMP_FORMAT": ("AUTO",),
        "BINARY_FORMAT": ("HEX",),
        "MULTI_LINE": ("TRUE",),
        "SKIP_BLANK_LINES": ("TRUE",),
        "REPLACE_INVALID_CHARACTERS": ("FALSE",),
        "VALIDATE_UTF8": ("TRUE",),
        "SKIP_BYTE_ORDER_MARK": ("TRUE",),
        "FILE_EXTENSION": ("",),
        "COMMENT": (),
    }
    """Options with the values of them that are how files are read here."""

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Csv:
        """Read the format's options; see ``of``."""
        others = {
            "FIELD_DELIMITER": lambda value: {"delimiter": _character("FIELD_DELIMITER", value)},
            "SKIP_HEADER": lambda value: {"skip_header": _number("SKIP_HEADER", value)},
            "PARSE_HEADER": lambda value: {"parse_header": flag("PARSE_HEADER", value)},
            "FIELD_OPTIONALLY_ENCLOSED_BY": lambda value: {"enclosed_by": _none_or(value)},
            "ESCAPE": lambda value: {"escape": _none_or(value)},
            "NULL_IF": lambda value: {"null_if": tuple(map(str, value if isinstance(value, list) else [value]))},
            "EMPTY_FIELD_AS_NULL": lambda value: {"empty_is_null": flag("EMPTY_FIELD_AS_NULL", value)},
            "TRIM_SPACE": lambda value: {"trim": flag("TRIM_SPACE", value)},
            "ERROR_ON_COLUMN_COUNT_MISMATCH": lambda value: {
                "counts_columns": flag("ERROR_ON_COLUMN_COUNT_MISMATCH", value)
            },
            "COMPRESSION": lambda value: {"gzipped": _gzipped(value)},
        }
        return cls(**_read("CSV", options, cls.fixed, others))

    def source(self, path: str, width: int, *, numbered: bool = False, ragged: bool = False) -> str:
        """SQL of the rows of ``path``: text columns ``column1`` to ``column<width>``, filled up if ``ragged``."""
        arguments = {
            "auto_detect": "false",
            "header": "false",
            "delim": _quoted(self.delimiter),
            "quote": _quoted(self.enclosed_by),
            "escape": _quoted(self.escape or self.enclosed_by),
            "skip": str(self.skip_header + self.parse_header),
            "nullstr": _quoted("" if self.empty_is_null else NEVER),
            "allow_quoted_nulls": "false",
            "columns": "{" + ", ".join(f"'column{n}': 'VARCHAR'" for n in range(1, width + 1)) + "}",
        }
        if self.gzipped is not None:
            arguments["compression"] = "'gzip'" if self.gzipped else "'none'"
        if ragged:
            arguments |= {"null_padding": "true", "parallel": "false"}
        given = ", ".join(f"{name} = {value}" for name, value in arguments.items())
        columns = [f"{self._cleaned(f'column{n}')} AS column{n}" for n in range(1, width + 1)]
        number = [f'row_number() OVER () AS "{ROW_NUMBER}"'] if numbered else []
        return f"(SELECT {', '.join(columns + number)} FROM read_csv({_path(path)}, {given}))"  # noqa: S608

    def _cleaned(self, column: str) -> str:
        text = f"trim({column})" if self.trim else column
        nulls = ", ".join(_quoted(value) for value in self.null_if if value or not self.empty_is_null)
        return f"CASE WHEN {text} IN ({nulls}) THEN NULL ELSE {text} END" if nulls else text


@dataclass(frozen=True, slots=True)
class Parquet:
    """Apache Parquet; logical types are always used."""

    binary_as_text: bool = True

    fixed: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "TYPE": ("PARQUET",),
        "COMPRESSION": ("AUTO", "SNAPPY", "LZO", "NONE", "GZIP", "ZSTD"),
        "SNAPPY_COMPRESSION": ("TRUE", "FALSE"),
        "USE_LOGICAL_TYPE": ("TRUE",),
        "USE_VECTORIZED_SCANNER": ("TRUE", "FALSE"),
        "TRIM_SPACE": ("FALSE",),
        "REPLACE_INVALID_CHARACTERS": ("FALSE",),
        "COMMENT": (),
    }

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Parquet:
        """Read the format's options; see ``of``."""
        others = {"BINARY_AS_TEXT": lambda value: {"binary_as_text": flag("BINARY_AS_TEXT", value)}}
        return cls(**_read("PARQUET", options, cls.fixed, others))

    def source(self, path: str, *, numbered: bool = False) -> str:
        """SQL of the rows of ``path``, with the columns of the file."""
        read = f"read_parquet({_path(path)}, binary_as_string = {str(self.binary_as_text).lower()}"
        if not numbered:
            return f"{read})"
        everything = f'* EXCLUDE (file_row_number), file_row_number + 1 AS "{ROW_NUMBER}"'
        return f"(SELECT {everything} FROM {read}, file_row_number = true))"  # noqa: S608

    def columns(self, path: str, duck: DuckDBPyConnection) -> dict[str, str]:
        """The file's columns with DuckDB's types of them."""
        described = duck.execute(f"DESCRIBE SELECT * FROM {self.source(path)}").fetchall()  # noqa: S608
        return {name: kind for name, kind, *_ in described}


@dataclass(frozen=True, slots=True)
class Json:
    """JSON documents, each a row of one VARIANT column."""

    strip_outer_array: bool = False
    gzipped: bool | None = None

    fixed: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "TYPE": ("JSON",),
        "DATE_FORMAT": ("AUTO",),
        "TIME_FORMAT": ("AUTO",),
        "TIMESTAMP_FORMAT": ("AUTO",),
        "BINARY_FORMAT": ("HEX",),
        "MULTI_LINE": ("TRUE",),
        "TRIM_SPACE": ("FALSE",),
        "ENABLE_OCTAL": ("FALSE",),
        "ALLOW_DUPLICATE": ("FALSE",),
        "STRIP_NULL_VALUES": ("FALSE",),
        "REPLACE_INVALID_CHARACTERS": ("FALSE",),
        "IGNORE_UTF8_ERRORS": ("FALSE",),
        "SKIP_BYTE_ORDER_MARK": ("TRUE",),
        "FILE_EXTENSION": ("",),
        "COMMENT": (),
    }

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Json:
        """Read the format's options; see ``of``."""
        others = {
            "STRIP_OUTER_ARRAY": lambda value: {"strip_outer_array": flag("STRIP_OUTER_ARRAY", value)},
            "COMPRESSION": lambda value: {"gzipped": _gzipped(value)},
        }
        return cls(**_read("JSON", options, cls.fixed, others))

    def source(self, path: str, *, numbered: bool = False) -> str:
        """SQL of the documents of ``path``: one column, ``json``."""
        arguments = "format = " + ("'array'" if self.strip_outer_array else "'unstructured'")
        if self.gzipped is not None:
            arguments += ", compression = " + ("'gzip'" if self.gzipped else "'none'")
        number = f', row_number() OVER () AS "{ROW_NUMBER}"' if numbered else ""
        return f"(SELECT json{number} FROM read_json_objects({_path(path)}, {arguments}))"  # noqa: S608


FileFormat = Csv | Parquet | Json

_TYPES: dict[str, type[Csv] | type[Parquet] | type[Json]] = {"CSV": Csv, "PARQUET": Parquet, "JSON": Json}


def of(options: Mapping[str, Any], duck: DuckDBPyConnection, database: str, schema: str) -> FileFormat:
    """The file format that ``options`` describe: FORMAT_NAME, and what the same clause gives besides.

    Raises:
        ProgrammingError: 002003 for a format that is not there; 000002 for a type, option or value that the local
            warehouse does not have; 001008 for a value that Snowflake does not have.
    """
    given = dict(options)
    if name := given.pop("FORMAT_NAME", None):
        given = {**lookup_file_format(duck, str(name), database, schema), **given}
    kind = str(given.get("TYPE", "CSV")).upper()
    if kind not in _TYPES:
        raise errors.unsupported(f"FILE_FORMAT TYPE = {kind}; {', '.join(_TYPES)} are valid")
    return _TYPES[kind].of(given)


def _read(
    kind: str, options: Mapping[str, Any], fixed: Mapping[str, tuple[str, ...]], readers: Mapping[str, Any]
) -> dict[str, Any]:
    read: dict[str, Any] = {}
    for name, value in options.items():
        if name in readers:
            read |= readers[name](value)
        elif name not in fixed:
            raise errors.unsupported(f"{kind} option {name}; {', '.join(sorted({*fixed, *readers}))} are valid")
        elif fixed[name] and str(value).upper() not in fixed[name]:
            raise errors.unsupported(f"{name} = {value}; {' or '.join(map(repr, fixed[name]))} is valid")
    return read


def _none_or(value: object) -> str:
    return "" if str(value).upper() == "NONE" else str(value)


def _character(name: str, value: object) -> str:
    text = "\t" if str(value) == "\\t" else str(value)
    if len(text) != 1:
        raise errors.unsupported(f"{name} = {value}; one character is valid")
    return text


def _number(name: str, value: object) -> int:
    if not str(value).isdecimal():
        raise invalid(name, str(value), "a number of lines")
    return int(str(value))


def _gzipped(value: object) -> bool | None:
    text = str(value).upper()
    if text not in ("AUTO", "AUTO_DETECT", "GZIP", "NONE"):
        raise errors.unsupported(f"COMPRESSION = {text}; AUTO, GZIP or NONE is valid")
    return {"GZIP": True, "NONE": False}.get(text)


def _path(path: str) -> str:
    return _quoted(glob_escape(path))


def _quoted(text: str) -> str:
    return exp.Literal.string(text).sql(dialect="duckdb")
