"""Which expression over a file's columns fills which column of the table."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from duckdb import DuckDBPyConnection
from snowflake.connector.errors import ProgrammingError
from sqlglot import Expr, exp

from lab_snowflake import errors, temporary
from lab_snowflake.copying import records
from lab_snowflake.copying.formats import ROW_NUMBER, Csv, FileFormat, Json, Parquet
from lab_snowflake.copying.options import Options
from lab_snowflake.identifiers import quoted
from lab_snowflake.lengths.checked import fitting
from lab_snowflake.lengths.declared import Length
from lab_snowflake.load_history import Table
from lab_snowflake.place import Place

NESTED = ("STRUCT", "MAP", "UNION")

QUERY_PARTS = ("where", "joins", "group", "having", "order", "limit", "distinct", "with_", "qualify")

NOT_ONE_COLUMN = (
    "SQL compilation error:\n{} file format can produce one and only one column of type variant, object, or array. Load"
    " data into separate columns using the MATCH_BY_COLUMN_NAME copy option or copy with transformation."
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table, with DuckDB's type of it, and its length if it has one."""

    name: str
    kind: str
    nullable: bool
    length: Length | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """The table, and those of its columns that a COPY fills, in the COPY's order."""

    table: Table
    columns: list[Column]
    session_id: int | None = None
    """Whose temporary table it is; DuckDB keeps that in a place of the session's own."""

    @property
    def name(self) -> str:
        """``"DB"."S"."T"``, as DuckDB finds it."""
        database, schema = (self.table.database, self.table.schema) if self.session_id is None else ("temp", "main")
        return quoted(database, schema, self.table.name)

    @property
    def sql(self) -> str:
        """``"DB"."S"."T" ("A", "B")``."""
        return f"{self.name} ({', '.join(quoted(column.name) for column in self.columns)})"

    @property
    def loaded_as(self) -> Table:
        """What the load history knows the table by."""
        return self.table if self.session_id is None else temporary.of_session(self.table, self.session_id)


@dataclass(frozen=True, slots=True)
class Load:
    """What a COPY does with every one of its files; ``expressions`` are those of its transformation, if it has one."""

    target: Target
    file_format: FileFormat
    options: Options
    expressions: list[Expr] | None


@dataclass(frozen=True, slots=True)
class Field:
    """What fills a column.

    Attributes:
        column: the column that is filled.
        value: SQL of the value, of the column's type.
        given: SQL of what the file says, for messages.
        is_safe: whether the value can always be computed.
    """

    column: Column
    value: str
    given: str
    is_safe: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """A file as the COPY reads it.

    Attributes:
        width: of a CSV file, the number of its columns.
        ragged: of a CSV file, whether records may have fewer columns than ``width``.
    """

    path: str
    file_format: FileFormat
    fields: list[Field]
    width: int = 0
    ragged: bool = False

    def source(self, *, numbered: bool = False) -> str:
        """SQL of the file's rows."""
        if isinstance(self.file_format, Csv):
            return self.file_format.source(self.path, self.width, numbered=numbered, ragged=self.ragged)
        return self.file_format.source(self.path, numbered=numbered)

    @property
    def is_numbered(self) -> bool:
        """Whether the records' numbers are part of what is loaded."""
        return any(ROW_NUMBER in field.value for field in self.fields)

    def select(self) -> str:
        """SQL of the values for the table's columns."""
        values = ", ".join(field.value for field in self.fields)
        return f"SELECT {values} FROM {self.source(numbered=self.is_numbered)} AS r"  # noqa: S608


def target(copy: exp.Copy, place: Place) -> Target:
    """The table that ``copy`` fills.

    Raises:
        ProgrammingError: 000904 for a column that it does not have.
        duckdb.CatalogException: there is no such table.
    """
    named = copy.this.this if isinstance(copy.this, exp.Schema) else copy.this
    table = Table(named.catalog or place.database, named.db or place.schema, named.name)
    own = None if named.db else place.own_lengths.get(named.name)
    found = Target(table, [], None if own is None else place.session_id)
    limits = place.lengths.of(table) if own is None else own
    described = place.duck.execute(f"DESCRIBE {found.name}").fetchall()
    known = {row[0]: Column(row[0], row[1], row[2] == "YES", limits.get(row[0])) for row in described}
    wanted = [part.name for part in copy.this.expressions] if isinstance(copy.this, exp.Schema) else list(known)
    for column in wanted:
        if column not in known:
            raise ProgrammingError(
                msg=f"SQL compilation error:\nerror: invalid identifier '{column}'", errno=904, sqlstate="42000"
            )
    return replace(found, columns=[known[column] for column in wanted])


def transformation(copy: exp.Copy) -> list[Expr] | None:
    """The expressions of ``FROM (SELECT … FROM @stage)``; None when the COPY names a stage alone.

    Raises:
        ProgrammingError: 000002, the query does more than to select from the stage.
    """
    source = copy.args["files"][0]
    if not isinstance(source, exp.Subquery):
        return None
    if extra := [part for part in QUERY_PARTS if source.this.args.get(part)]:
        raise errors.unsupported(f"COPY transformation with {extra[0].rstrip('_').upper()}")
    return list(source.this.expressions)


def reading(path: str, shown: str, load: Load, duck: DuckDBPyConnection) -> Reading:
    """How ``path``, known to its user as ``shown``, fills the table of ``load``.

    Raises:
        ProgrammingError: the file's format does not fit what the COPY asks for.
    """
    target, file_format, match, expressions = load.target, load.file_format, load.options.match, load.expressions
    width, ragged, names = 0, False, dict[str, Expr]()
    if isinstance(file_format, Csv):
        first = records.header(path, file_format)
        by_position = expressions is None and match == "NONE"
        ragged = not (file_format.counts_columns and by_position)
        width = max(len(first) if ragged else 0, len(target.columns) if by_position else 1, _highest(expressions or []))
        if file_format.parse_header:
            names = {name: exp.column(f"column{n}") for n, name in enumerate(first, 1)}
    elif isinstance(file_format, Parquet):
        names = {name: _castable(name, kind) for name, kind in file_format.columns(path, duck).items()}
    if expressions is not None:
        values = [_translated(part, file_format, names, width, shown) for part in expressions]
        if len(values) != len(target.columns):
            raise ProgrammingError(
                msg="SQL compilation error:\nInsert value list does not match column list expecting "
                f"{len(target.columns)} but got {len(values)}",
                errno=2020,
                sqlstate="21S01",
            )
    elif match != "NONE":
        values = _matched(load, names, shown)
    elif isinstance(file_format, Csv):
        values = [exp.column(f"column{n}") for n in range(1, len(target.columns) + 1)]
    elif [column.kind for column in target.columns] == ["JSON"]:
        values = [_whole(file_format, names)]
    else:
        kind = type(file_format).__name__.upper()
        raise ProgrammingError(msg=NOT_ONE_COLUMN.format(kind), errno=2019, sqlstate="0A000")
    types = _types(values, Reading(path, file_format, [], width, ragged), duck)
    fields = [_field(*each, file_format, load.options) for each in zip(target.columns, values, types, strict=True)]
    return Reading(path, file_format, fields, width, ragged)


def _field(column: Column, value: Expr, kind: str, file_format: FileFormat, options: Options) -> Field:
    sql = value.sql(dialect="duckdb")
    inner = value
    while isinstance(inner, exp.Cast | exp.Paren):
        inner = inner.this
    is_plain = isinstance(value, exp.Column | exp.Null | exp.Literal)
    cast = f"CAST({sql} AS {column.kind})"
    if column.kind == "BLOB" and kind == "VARCHAR" and isinstance(file_format, Csv):
        cast = f"unhex({sql})"
    is_safe = is_plain and (column.kind in (kind, "VARCHAR") or isinstance(value, exp.Null))
    if column.length is not None and options.truncates and not column.length.is_binary:
        cast = f"left({cast}, {column.length.most})"
    elif column.length is not None and not isinstance(value, exp.Null):
        cast = fitting(exp.maybe_parse(cast, dialect="duckdb"), column.length).sql(dialect="duckdb")
        is_safe = False
    return Field(column, cast, inner.sql(dialect="duckdb"), is_safe)


def _types(values: list[Expr], bare: Reading, duck: DuckDBPyConnection) -> list[str]:
    selected = ", ".join(f"{value.sql(dialect='duckdb')} AS v{n}" for n, value in enumerate(values))
    described = duck.execute(f"DESCRIBE SELECT {selected} FROM {bare.source(numbered=True)} AS r")  # noqa: S608
    return [row[1] for row in described.fetchall()]


def _highest(expressions: list[Expr]) -> int:
    """The greatest n of the ``$n`` in ``expressions``."""
    found = (place.name for part in expressions for place in part.find_all(exp.Parameter))
    return max((int(name) for name in found if name.isdecimal()), default=0)


def _matched(load: Load, names: dict[str, Expr], shown: str) -> list[Expr]:
    file_format, metadata = load.file_format, load.options.metadata
    if isinstance(file_format, Json) or (isinstance(file_format, Csv) and not file_format.parse_header):
        needed = "JSON" if isinstance(file_format, Json) else "CSV without PARSE_HEADER = TRUE"
        raise errors.unsupported(f"MATCH_BY_COLUMN_NAME of {needed}")
    fold = str if load.options.match == "CASE_SENSITIVE" else str.upper
    known = {fold(name): value for name, value in names.items()}
    found = []
    for column in load.target.columns:
        if column.name in metadata:
            found.append(_metadata(metadata[column.name], shown))
        elif value := known.get(fold(column.name)):
            found.append(value.copy())
        else:
            found.append(exp.Null())
    return found


def _translated(expression: Expr, file_format: FileFormat, names: dict[str, Expr], width: int, shown: str) -> Expr:
    """``expression`` over the file's columns: ``$n``, ``$1:key`` and the metadata columns replaced by them."""
    root: Expr = exp.Paren(this=expression.unalias().copy())
    for place in list(root.find_all(exp.Parameter)):
        if not place.name.isdecimal():
            continue
        node = place.parent if isinstance(place.parent, exp.Column) else place
        number = int(place.name)
        if isinstance(file_format, Csv):
            node.replace(exp.column(f"column{number}") if number <= width else exp.Null())
        elif number != 1:
            node.replace(exp.Null())
        elif isinstance(file_format, Parquet) and isinstance(node.parent, exp.JSONExtract | exp.JSONExtractScalar):
            node.parent.replace(_of_key(node.parent, names))
        else:
            node.replace(_whole(file_format, names))
    for column in list(root.find_all(exp.Column)):
        if column.name.upper().startswith("METADATA$"):
            column.replace(_metadata(column.name.upper(), shown))
    translated: Expr = root.this
    return translated


def _of_key(extract: exp.JSONExtract | exp.JSONExtractScalar, names: dict[str, Expr]) -> Expr:
    """The column for ``$1:key``; of a nested ``$1:key.more`` what lies below."""
    path = extract.expression
    text = path.name if isinstance(path, exp.Literal) else ""
    keys = [text.removeprefix("$.").strip('"')] if text else [key.name for key in path.find_all(exp.JSONPathKey)]
    if not keys or keys[0] not in names:
        return exp.Null()
    if len(keys) == 1:
        return names[keys[0]].copy()
    column = exp.column(keys[0], quoted=True)
    below = "$" + "".join(f'."{key}"' for key in keys[1:])
    return type(extract)(this=exp.func("to_json", column), expression=exp.Literal.string(below))


def _castable(name: str, kind: str) -> Expr:
    """A Parquet column as what can be cast as Snowflake does: a nested value as JSON, pandas' instants as instants."""
    column = exp.column(name, quoted=True)
    if kind.startswith(NESTED) or kind.endswith("[]"):
        return exp.func("to_json", column)
    return exp.cast(column, "TIMESTAMPTZ", dialect="duckdb") if kind == "TIMESTAMPTZ_NS" else column


def _whole(file_format: FileFormat, names: dict[str, Expr]) -> Expr:
    """A record as one JSON value."""
    if isinstance(file_format, Json):
        return exp.column("json")
    pairs = [part for name in names for part in (exp.Literal.string(name), exp.column(name, quoted=True))]
    return exp.Anonymous(this="json_object", expressions=pairs)


def _metadata(name: str, shown: str) -> Expr:
    if name == "METADATA$FILENAME":
        return exp.Literal.string(shown)
    if name == ROW_NUMBER:
        return exp.column(ROW_NUMBER, quoted=True)
    if name == "METADATA$START_SCAN_TIME":
        return exp.cast(exp.Literal.string(datetime.now(UTC).isoformat()), "TIMESTAMPTZ")
    raise errors.unsupported(f"{name}; METADATA$FILENAME, {ROW_NUMBER} and METADATA$START_SCAN_TIME are valid")
