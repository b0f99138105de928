"""What became of each file of a COPY, as COPY answers and as the load history keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lab_snowflake.copying.options import OnError
from lab_snowflake.copying.rejects import Reject
from lab_snowflake.rows import rows_sql
from lab_snowflake.staging.files import StagedFile

LOADED, PARTIAL, FAILED, SKIPPED = "LOADED", "PARTIALLY_LOADED", "LOAD_FAILED", "LOAD_SKIPPED"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A file and what was loaded of it; ``limit`` is the number of errors at which ON_ERROR gives the file up."""

    file: StagedFile
    status: str
    parsed: int
    loaded: int
    limit: int | None
    seen: int
    first: Reject | None

    def row(self) -> tuple[Any, ...]:
        """The file's row in COPY's answer."""
        if self.status == SKIPPED:
            return (self.file.name, SKIPPED, 0, 0, None, 1, "File was loaded before.", None, None, None)
        first = self.first
        details = (first.message, first.line, first.character, first.column) if first else (None,) * 4
        return (self.file.name, self.status, self.parsed, self.loaded, self.limit, self.seen, *details)


def skipped(file: StagedFile) -> Outcome:
    """A file that was loaded before."""
    return Outcome(file, SKIPPED, 0, 0, None, 1, None)


def of(file: StagedFile, parsed: int, loaded: int, rejects: list[Reject], on_error: OnError) -> Outcome:
    """A file of ``parsed`` rows of which ``loaded`` are in the table."""
    status = LOADED if not rejects else PARTIAL if loaded else FAILED
    return Outcome(file, status, parsed, loaded, _limit(on_error, parsed), len(rejects), next(iter(rejects), None))


RESULT = (
    ('"file"', "VARCHAR"),
    ("status", "VARCHAR"),
    ("rows_parsed", "BIGINT"),
    ("rows_loaded", "BIGINT"),
    ("error_limit", "BIGINT"),
    ("errors_seen", "BIGINT"),
    ("first_error", "VARCHAR"),
    ("first_error_line", "BIGINT"),
    ("first_error_character", "BIGINT"),
    ("first_error_column_name", "VARCHAR"),
)

ERRORS = (
    ("ERROR", "VARCHAR"),
    ("FILE", "VARCHAR"),
    ("LINE", "BIGINT"),
    ("CHARACTER", "BIGINT"),
    ("BYTE_OFFSET", "BIGINT"),
    ("CATEGORY", "VARCHAR"),
    ("CODE", "BIGINT"),
    ("SQL_STATE", "VARCHAR"),
    ("COLUMN_NAME", "VARCHAR"),
    ("ROW_NUMBER", "BIGINT"),
    ("ROW_START_LINE", "BIGINT"),
    ("REJECTED_RECORD", "VARCHAR"),
)


def result_sql(outcomes: list[Outcome]) -> str:
    """COPY's answer: a row a file."""
    return rows_sql(RESULT, [outcome.row() for outcome in outcomes])


def errors_sql(rejected: list[tuple[StagedFile, Reject]]) -> str:
    """The answer to VALIDATION_MODE = RETURN_ERRORS: a row a reject."""
    return rows_sql(ERRORS, [_error(file.name, reject) for file, reject in rejected])


def _error(file: str, reject: Reject) -> tuple[Any, ...]:
    category = "conversion" if reject.column else "parsing"
    place = (reject.line, reject.character, reject.offset, category, reject.code, reject.sqlstate)
    return (reject.message, file, *place, reject.column, reject.row, reject.line, reject.record)


def _limit(on_error: OnError, parsed: int) -> int:
    if on_error.action == "CONTINUE":
        return parsed
    if on_error.percent is not None:
        return parsed * on_error.percent // 100
    return on_error.limit
