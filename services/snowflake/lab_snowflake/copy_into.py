"""COPY INTO a table from a stage: all files or none, with the load history, in the caller's transaction.

The stock server takes ``FORCE=FALSE`` for force and ``PURGE=FALSE`` for purge, commits file by file and reads objects
in place. Formats and column matching are the stock server's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import fakesnow.copy_into as stock
from duckdb import DuckDBPyConnection
from fakesnow.params import MutableParams
from fakesnow.transforms.stage import TableStages
from snowflake.connector.errors import ProgrammingError
from sqlglot import exp

from lab_snowflake import errors, load_history, objects
from lab_snowflake.load_history import Table
from lab_snowflake.objects import StagedFile

NOTHING_TO_DO = "SELECT 'Copy executed with 0 files processed.' AS status"
FLAGS = {"TRUE": True, "FALSE": False, "ON": True, "OFF": False}


@dataclass(frozen=True, slots=True)
class Options:
    """What a COPY asks for besides the format."""

    force: bool
    purge: bool
    pattern: str | None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a COPY runs: its session's connection and defaults."""

    duck: DuckDBPyConnection
    database: str
    schema: str
    table_stages: TableStages
    scratch: Path
    after_commit: Callable[[Callable[[], None]], None]


def with_values(copy: exp.Copy, bound: MutableParams | None) -> exp.Copy:
    """``copy`` with its bound values in it: the connector's write_pandas binds the stage and ON_ERROR."""
    values = list(bound) if isinstance(bound, list) else []
    places = sorted(copy.find_all(exp.Placeholder), key=_is_option)
    for placeholder, value in zip(places, values, strict=False):
        placeholder.replace(exp.Literal.string(str(value)))
    for literal in list(copy.find_all(exp.Literal)):
        if isinstance(literal.parent, exp.Table) and literal.name.startswith("@"):
            literal.replace(exp.Var(this=literal.name))
    return copy


def _is_option(place: exp.Placeholder) -> bool:
    """Options stand after the stage in the text, and before it in the tree."""
    return place.find_ancestor(exp.CopyParameter) is not None


def run(copy: exp.Copy, place: Place) -> tuple[str, int]:
    """Load what ``copy`` names.

    Returns:
        SQL of the result (a row a file, as Snowflake's), and the number of rows loaded.
    """
    options = _take_options(copy)
    target = stock._extract_table(copy.this)
    table = Table(target.catalog or place.database, target.db or place.schema, target.name)
    params = stock._params(copy, None, place.duck, place.database, place.schema)
    files = _files(copy, place, target, params.files, options)
    fresh = files if options.force else load_history.new_files(place.duck, table, files)
    loaded = _load(copy, place, target, params, fresh)
    load_history.remember(place.duck, table, loaded)
    if options.purge:
        place.after_commit(lambda: objects.removed(files))
    rows = dict(loaded)
    return _result_sql([(file, rows.get(file)) for file in files]), sum(rows.values())


def _load(
    copy: exp.Copy, place: Place, target: exp.Table, params: stock.CopyParams, files: list[StagedFile]
) -> list[tuple[StagedFile, int]]:
    with objects.fetched(files, place.scratch) as paths:
        inserts = stock._inserts(copy, params, paths, _parquet(copy, place, target, params, paths))
        counts = [place.duck.execute(insert.sql(dialect="duckdb")).fetchall()[0][0] for insert in inserts]
    return list(zip(files, counts, strict=True))


def _files(copy: exp.Copy, place: Place, target: exp.Table, names: list[str], options: Options) -> list[StagedFile]:
    source = stock._from_source(copy)
    location = (
        stock.stage_url_from_var(source[1:], place.duck, place.database, place.schema, place.table_stages, target)
        if source.startswith("@")
        else source
    )
    if not names:
        return objects.listed(location, options.pattern)
    wanted = [f"{location.rstrip('/')}/{name}" for name in names]
    found = {file.url: file for url in wanted for file in objects.listed(url)}
    if missing := [url for url in wanted if url not in found]:
        raise ProgrammingError(
            msg=f"Remote file '{missing[0]}' was not found. There are several potential causes.",
            errno=91_016,
            sqlstate="22000",
        )
    return [found[url] for url in wanted]


def _parquet(
    copy: exp.Copy, place: Place, target: exp.Table, params: stock.CopyParams, paths: list[str]
) -> stock.ParquetLoadInfo | None:
    if not isinstance(params.file_format, stock.ReadParquet) or isinstance(copy.args["files"][0], exp.Subquery):
        return None
    columns = {path: stock._get_parquet_column_names(path, place.duck) for path in paths}
    described = stock._describe_table(target, place.duck, place.database, place.schema)
    if params.match_by_column_name is not stock.MatchByColumnName.NONE:
        return stock.ParquetLoadInfo(columns, target_columns=[name for name, _ in described])
    if [kind for _, kind in described] == ["JSON"]:
        return stock.ParquetLoadInfo(columns, is_single_variant=True)
    raise ProgrammingError(
        msg="SQL compilation error:\nPARQUET file format can produce one and only one column of type variant, object, "
        "or array. Load data into separate columns using the MATCH_BY_COLUMN_NAME copy option or copy with "
        "transformation.",
        errno=2019,
        sqlstate="0A000",
    )


def _take_options(copy: exp.Copy) -> Options:
    """Take out of ``copy`` the options that the stock parser misreads or lacks."""
    taken: dict[str, exp.Expr] = {}
    kept = []
    for parameter in copy.args.get("params") or []:
        name = parameter.this.name.upper()
        if name in ("FORCE", "PURGE", "PATTERN", "ON_ERROR"):
            taken[name] = parameter.args.get("expression")
        else:
            kept.append(parameter)
    copy.set("params", kept)
    on_error = taken["ON_ERROR"].name.upper() if "ON_ERROR" in taken else "ABORT_STATEMENT"
    if on_error != "ABORT_STATEMENT":
        raise errors.unsupported(f"ON_ERROR = {on_error}")
    return Options(
        force=_flag("FORCE", taken.get("FORCE")),
        purge=_flag("PURGE", taken.get("PURGE")),
        pattern=taken["PATTERN"].name if "PATTERN" in taken else None,
    )


def _flag(name: str, value: exp.Expr | None) -> bool:
    if value is None:
        return False
    if isinstance(value, exp.Boolean):
        return bool(value.this)
    if value.name.upper() not in FLAGS:
        raise ProgrammingError(
            msg=f"SQL compilation error:\ninvalid value [{value.sql()}] for '{name}'; TRUE or FALSE is valid.",
            errno=1008,
            sqlstate="22023",
        )
    return FLAGS[value.name.upper()]


def _result_sql(files: list[tuple[StagedFile, int | None]]) -> str:
    if not files:
        return NOTHING_TO_DO
    rows = ", ".join(
        f"({exp.Literal.string(_shown(file)).sql(dialect='duckdb')}, "
        + (f"'LOADED', {count}, {count}, 1, 0, NULL)" if count is not None else _SKIPPED)
        for file, count in files
    )
    return (
        'SELECT "file", status, rows_parsed::BIGINT AS rows_parsed, rows_loaded::BIGINT AS rows_loaded, '  # noqa: S608
        "error_limit::BIGINT AS error_limit, errors_seen::BIGINT AS errors_seen, first_error::VARCHAR AS first_error, "
        "NULL::BIGINT AS first_error_line, NULL::BIGINT AS first_error_character, "
        "NULL::VARCHAR AS first_error_column_name "
        f'FROM (VALUES {rows}) AS t("file", status, rows_parsed, rows_loaded, error_limit, errors_seen, first_error)'
    )


_SKIPPED = "'LOAD_SKIPPED', 0, 0, NULL, 1, 'File was loaded before.')"


def _shown(file: StagedFile) -> str:
    return file.url if file.is_remote else stock._result_file_name(file.url)
