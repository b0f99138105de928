"""COPY INTO a table from a stage: in the caller's transaction, with the load history.

The stock server takes ``FORCE=FALSE`` for force and ``PURGE=FALSE`` for purge, knows no ON_ERROR, commits file by file
and reads objects in place.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import fakesnow.copy_into as stock
from duckdb import DuckDBPyConnection
from fakesnow.params import MutableParams
from snowflake.connector.errors import ProgrammingError
from sqlglot import exp

from lab_snowflake import errors, load_history
from lab_snowflake.copying import formats, outcome, plan, rejects
from lab_snowflake.copying.options import Options
from lab_snowflake.copying.outcome import Outcome
from lab_snowflake.copying.plan import Load, Reading, Target
from lab_snowflake.identifiers import quoted
from lab_snowflake.place import Place
from lab_snowflake.rows import rows_sql
from lab_snowflake.staging import files as staged
from lab_snowflake.staging import locations
from lab_snowflake.staging.files import StagedFile

NOTHING_TO_DO = "SELECT 'Copy executed with 0 files processed.' AS status"


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
    """Load what ``copy`` names, or only look at it when it has a VALIDATION_MODE.

    Returns:
        SQL of the result (a row a file, as Snowflake's), and the number of rows loaded.
    """
    if isinstance(copy.this.find(exp.Var), exp.Var) and copy.this.name.startswith("@"):
        raise errors.unsupported("COPY INTO a location; SELECT and write the file in the client")
    options = Options.of(copy)
    load = Load(
        plan.target(copy, place),
        formats.of(options.file_format, place.duck, place.database, place.schema),
        options,
        plan.transformation(copy),
    )
    _require_sense(load)
    files = _files(copy, load.target.table, place, options)
    fresh = files if options.force else load_history.new_files(place.duck, load.target.loaded_as, files)

    def read(file: StagedFile, path: str) -> Reading:
        return plan.reading(path, file.name, load, place.second)

    place.scratch.mkdir(parents=True, exist_ok=True)
    with staged.fetched(fresh, place.scratch) as paths, TemporaryDirectory(dir=place.scratch) as folder:
        check = partial(rejects.check, target=load.target, duck=place.second, scratch=Path(folder))
        if options.validation:
            return _validated(
                options.validation, [(f, read(f, p)) for f, p in zip(fresh, paths, strict=True)], check, place
            )
        begun = _within(options.size_limit, paths)
        place.note(load, fresh[:begun])
        loaded = [
            _load(file, read(file, path), load, check, place)
            for file, path in zip(fresh[:begun], paths[:begun], strict=True)
        ]
    load_history.remember(place.duck, load.target.loaded_as, loaded)
    if options.purge:
        done = [each.file for each in loaded if each.status == outcome.LOADED]
        place.after_commit(lambda: staged.removed(done))
    return _result(files, fresh, loaded, options), sum(each.loaded for each in loaded)


def faults_sql(load: Load, files: list[StagedFile], place: Place) -> str:
    """SQL of all rows at fault in ``files``, which are read again."""
    place.scratch.mkdir(parents=True, exist_ok=True)
    with staged.fetched(files, place.scratch) as paths, TemporaryDirectory(dir=place.scratch) as folder:
        found = [
            (file, reject)
            for file, path in zip(files, paths, strict=True)
            for reject in rejects.check(
                plan.reading(path, file.name, load, place.second), load.target, place.second, Path(folder)
            ).rejects
        ]
    return outcome.errors_sql(found)


def _require_sense(load: Load) -> None:
    """Refuse options that would say nothing together."""
    options = load.options
    if load.expressions is not None and (options.validation or options.match != "NONE"):
        option = "VALIDATION_MODE" if options.validation else "MATCH_BY_COLUMN_NAME"
        raise errors.unsupported(f"{option} of a COPY with a transformation, on Snowflake too")
    if options.metadata and options.match == "NONE":
        raise errors.unsupported("INCLUDE_METADATA without MATCH_BY_COLUMN_NAME, on Snowflake too")


def _load(
    file: StagedFile,
    reading: Reading,
    load: Load,
    check: Callable[[Reading], rejects.Checked],
    place: Place,
) -> Outcome:
    on_error, target = load.options.on_error, load.target
    if on_error.action == "ABORT_STATEMENT" and not reading.ragged:
        try:
            count = _insert(place.duck, target, reading.select())
        except duckdb.InterruptException:
            raise
        except duckdb.Error as error:
            if found := check(reading).rejects:
                raise found[0].error(file.name) from None
            raise error from None
        return outcome.of(file, count, count, [], on_error)
    checked = check(reading)
    if on_error.action == "ABORT_STATEMENT" and checked.rejects:
        raise checked.rejects[0].error(file.name)
    if on_error.skips(len(checked.rejects), checked.parsed or 0):
        return outcome.of(file, checked.parsed or 0, 0, checked.rejects, on_error)
    count = _insert(place.duck, target, checked.good)
    return outcome.of(file, count if checked.parsed is None else checked.parsed, count, checked.rejects, on_error)


def _insert(duck: DuckDBPyConnection, target: Target, select: str) -> int:
    (count,) = duck.execute(f"INSERT INTO {target.sql} {select}").fetchone() or (0,)
    return int(count)


def _validated(
    mode: str,
    readings: list[tuple[StagedFile, Reading]],
    check: Callable[[Reading], rejects.Checked],
    place: Place,
) -> tuple[str, int]:
    """The rows at fault, or, when they are asked for and there are none at fault, the first rows."""
    found = [(file, reject) for file, reading in readings for reject in check(reading).rejects]
    if not mode.endswith("_ROWS"):
        return outcome.errors_sql(found), 0
    if found:
        raise found[0][1].error(found[0][0].name)
    number = int(mode.split("_")[1])
    names = [field.column.name for field in readings[0][1].fields] if readings else []
    if not names:
        return NOTHING_TO_DO, 0
    every = " UNION ALL ".join(f"({reading.select()})" for _, reading in readings)
    table = place.second.execute(f"SELECT * FROM ({every}) LIMIT {number}").fetchall()  # noqa: S608
    kinds = tuple((quoted(field.column.name), field.column.kind) for field in readings[0][1].fields)
    return rows_sql(kinds, table), 0


def _within(limit: int | None, paths: list[str]) -> int:
    """How many of the files are begun before ``limit`` bytes are reached; at least one."""
    total = 0
    for number, path in enumerate(paths):
        if limit is not None and total >= limit:
            return number
        total += Path(path).stat().st_size
    return len(paths)


def _result(files: list[StagedFile], fresh: list[StagedFile], loaded: list[Outcome], options: Options) -> str:
    known = {each.file: each for each in loaded}
    rows = [known.get(file) or outcome.skipped(file) for file in files if file in known or file not in fresh]
    if options.failed_only:
        rows = [row for row in rows if row.first is not None]
    return outcome.result_sql(rows) if files else NOTHING_TO_DO


def _files(copy: exp.Copy, table: load_history.Table, place: Place, options: Options) -> list[StagedFile]:
    own = (table.database, table.schema, table.name)
    location = locations.of(stock._from_source(copy), place, target=own)
    if not options.files:
        return staged.listed(location, options.pattern)
    wanted = [location.joined(name) for name in options.files]
    found = {file.url: file for each in wanted for file in staged.listed(each)}
    if missing := [each.address for each in wanted if each.address not in found]:
        raise ProgrammingError(
            msg=f"Remote file '{missing[0]}' was not found. There are several potential causes.",
            errno=91_016,
            sqlstate="22000",
        )
    return [found[each.address] for each in wanted]
