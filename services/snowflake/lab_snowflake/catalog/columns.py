"""The columns of each SHOW, as Snowflake's documentation lists them, with the values they have here."""

from __future__ import annotations

from dataclasses import dataclass

from lab_snowflake import internals
from lab_snowflake.catalog import relations
from lab_snowflake.catalog.relations import OWNER

Column = tuple[str, str]
"""A name and the SQL of its value."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A kind of objects.

    Attributes:
        source: a query of its objects; ``COUNTED`` stands for the tables with their rows.
        columns: ``dropped_on`` among them is shown by HISTORY only.
        kind: SQL of the kind in a TERSE answer.
        bare: the kind of what is named after IN without one.
    """

    source: str
    columns: tuple[Column, ...]
    kind: str
    bare: str = "SCHEMA"
    order: str = "database_name, schema_name, shown.name"


COUNTED, IS_CURRENT = "<counted>", "<current>"

TERSE = ("created_on", "name", "kind", "database_name", "schema_name")


def _each(value: str, *names: str) -> tuple[Column, ...]:
    return tuple((name, value) for name in names)


CREATED = ("created_on", "created")
NAME = ("name", "shown.name")
DATABASE, SCHEMA = (("database_name", "database_name"), ("schema_name", "schema_name"))
OWNED = ("owner", f"'{OWNER}'")
ROLE = ("owner_role_type", "'ROLE'")
COMMENT = ("comment", "coalesce(comment, '')")
CURRENT = (("is_default", "'N'"), ("is_current", f"if({IS_CURRENT}, 'Y', 'N')"))
OPTIONS = ("options", "if(is_transient, 'TRANSIENT', '')")
RETENTION = ("retention_time", "'1'")
DROPPED = ("dropped_on", "NULL::TIMESTAMPTZ")
BUDGET = ("budget", "NULL::VARCHAR")
SIZES = (("rows", "rows"), ("bytes", "NULL::BIGINT"))

_KIND = "if(is_transient, 'TRANSIENT', 'TABLE')"

_INCREMENTS = (
    "(SELECT 'IDENTITY START ' || q.start_value || ' INCREMENT ' || q.increment_by || ' ORDER' "
    "FROM duckdb_sequences() AS q WHERE q.database_name = c.database_name AND q.schema_name = c.schema_name "
    "AND starts_with(lower(q.sequence_name), '_fs_seq_') "
    """AND lower(c."default") = 'nextval(''' || lower(q.sequence_name) || ''')')"""
)
_NOT_NULL = """if("null?" = 'false', replace(data_type, '"nullable":true', '"nullable":false'), data_type)"""

SHOWN = {
    "DATABASES": Shown(
        f"SELECT *, NULL::VARCHAR AS database_name, NULL::VARCHAR AS schema_name FROM ({relations.DATABASES})",  # noqa: S608
        (
            *(CREATED, NAME, *CURRENT, ("origin", "''"), OWNED, COMMENT, OPTIONS, RETENTION, DROPPED),
            *(("kind", "'STANDARD'"), BUDGET, ROLE, ("object_visibility", "NULL::VARCHAR")),
        ),
        "'STANDARD'",
    ),
    "SCHEMAS": Shown(
        f"SELECT *, NULL::VARCHAR AS schema_name FROM ({relations.SCHEMAS})",  # noqa: S608
        (CREATED, NAME, *CURRENT, DATABASE, OWNED, COMMENT, OPTIONS, RETENTION, DROPPED, ROLE, BUDGET),
        "NULL::VARCHAR",
        bare="DATABASE",
    ),
    "TABLES": Shown(
        COUNTED,
        (
            *(CREATED, NAME, DATABASE, SCHEMA, ("kind", _KIND), COMMENT, ("cluster_by", "''"), *SIZES, OWNED),
            *(RETENTION, DROPPED, *_each("'OFF'", "automatic_clustering", "change_tracking", "search_optimization")),
            *_each("NULL::BIGINT", "search_optimization_progress", "search_optimization_bytes"),
            *(*_each("'N'", "is_external", "enable_schema_evolution"), ROLE, ("is_event", "'N'"), BUDGET),
            *_each("'N'", "is_hybrid", "is_iceberg", "is_dynamic", "is_immutable"),
        ),
        _KIND,
    ),
    "VIEWS": Shown(
        relations.VIEWS,
        (
            *(CREATED, NAME, ("reserved", "''"), DROPPED, DATABASE, SCHEMA, OWNED, COMMENT, ("text", "text")),
            *(*_each("'false'", "is_secure", "is_materialized"), ROLE, ("change_tracking", "'OFF'")),
        ),
        "'VIEW'",
    ),
    "OBJECTS": Shown(
        f"SELECT * FROM ({COUNTED}) UNION ALL SELECT *, 0 AS rows FROM ({relations.VIEWS})",  # noqa: S608
        (
            *(CREATED, NAME, DATABASE, SCHEMA, ("kind", "kind"), COMMENT, ("cluster_by", "''"), *SIZES, OWNED),
            *(RETENTION, ROLE, *_each("'N'", "is_hybrid", "is_dynamic", "is_iceberg")),
        ),
        "kind",
    ),
    "COLUMNS": Shown(
        "SELECT c.*, p.ordinal_position, c.column_name AS name, NULL::TIMESTAMPTZ AS created, "  # noqa: S608
        f"{_INCREMENTS} AS increments FROM {internals.GLOBAL}._fs_show_columns AS c "
        f"JOIN {internals.GLOBAL}._fs_columns AS p ON p.table_catalog = c.database_name "
        "AND p.table_schema = c.schema_name AND p.table_name = c.table_name "
        "AND p.column_name = c.column_name",
        (
            *(("table_name", "table_name"), SCHEMA, ("column_name", "column_name"), ("data_type", _NOT_NULL)),
            *(("null?", '"null?"'), ("default", """if(increments IS NULL, "default", '')"""), ("kind", "kind")),
            *(("expression", "expression"), COMMENT, DATABASE, ("autoincrement", "coalesce(increments, '')")),
            ("schema_evolution_record", "NULL::VARCHAR"),
        ),
        "'COLUMN'",
        bare="TABLE",
        order="database_name, schema_name, table_name, ordinal_position",
    ),
    "INDEXES": Shown(  # of hybrid tables, which are not there
        "SELECT NULL::VARCHAR AS name, NULL::VARCHAR AS database_name, NULL::VARCHAR AS schema_name, "
        "NULL::VARCHAR AS table_name, NULL::TIMESTAMPTZ AS created WHERE false",
        (
            *(CREATED, NAME, *_each("NULL::VARCHAR", "is_unique", "columns", "included_columns")),
            *(("table", "table_name"), DATABASE, SCHEMA, OWNED, ROLE),
        ),
        "'INDEX'",
        bare="TABLE",
    ),
    "SEQUENCES": Shown(
        relations.SEQUENCES,
        (
            *(NAME, DATABASE, SCHEMA, ("next_value", "next_value"), ("interval", "increment_by"), CREATED, OWNED),
            *(COMMENT, ROLE, ("ordered", "'Y'")),
        ),
        "'SEQUENCE'",
    ),
    "FUNCTIONS": Shown(
        relations.FUNCTIONS,
        (
            *(CREATED, NAME, SCHEMA, *_each("'N'", "is_builtin", "is_aggregate", "is_ansi")),
            *_each("arguments", "min_num_arguments", "max_num_arguments"),
            *(("arguments", "text"), ("description", "coalesce(comment, 'user-defined function')")),
            *(("catalog_name", "database_name"), *_each("'N'", "is_table_function", "valid_for_clustering")),
            *(("is_secure", "'N'"), *_each("NULL::VARCHAR", "secrets", "external_access_integrations")),
            *(("is_external_function", "'N'"), ("language", "'SQL'"), *_each("'N'", "is_memoizable", "is_data_metric")),
        ),
        "'FUNCTION'",
    ),
    "STAGES": Shown(
        f"SELECT *, created_on AS created FROM ({relations.STAGES})",  # noqa: S608
        (
            *(CREATED, NAME, DATABASE, SCHEMA, ("url", "url"), ("has_credentials", "has_credentials")),
            *(("has_encryption_key", "has_encryption_key"), OWNED, COMMENT, ("region", "region"), ("type", "type")),
            *(("cloud", "cloud"), ("notification_channel", "notification_channel")),
            *(("storage_integration", "storage_integration"), ("endpoint", "endpoint"), ROLE),
            ("directory_enabled", "directory_enabled"),
        ),
        "'STAGE'",
    ),
    "FILE FORMATS": Shown(
        f"SELECT *, created_on AS created FROM ({relations.FILE_FORMATS})",  # noqa: S608
        (CREATED, NAME, DATABASE, SCHEMA, ("type", "type"), OWNED, COMMENT, ("format_options", "options"), ROLE),
        "'FILE FORMAT'",
    ),
}
