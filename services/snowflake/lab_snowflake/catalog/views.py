"""The views of INFORMATION_SCHEMA over the objects that there are, with Snowflake's columns.

Sources: https://docs.snowflake.com/en/sql-reference/info-schema/tables and its neighbours.
"""

from __future__ import annotations

from lab_snowflake.catalog import relations
from lab_snowflake.catalog.relations import OWNER

TIMES = "created AS CREATED, altered AS LAST_ALTERED"
DDL = f"{TIMES}, altered AS LAST_DDL, '{OWNER}' AS LAST_DDL_BY"
YES = "if(is_transient, 'YES', 'NO') AS IS_TRANSIENT"


def _nothing(kind: str, *names: str) -> str:
    return ", ".join(f"NULL::{kind} AS {name}" for name in names)


def _no(*names: str) -> str:
    return ", ".join(f"'NO' AS {name}" for name in names)


def _place(prefix: str) -> str:
    return f"database_name AS {prefix}_CATALOG, schema_name AS {prefix}_SCHEMA, name AS {prefix}_NAME"


def tables(source: str, rows: str) -> str:
    """The view TABLES over ``source``, whose number of rows is ``rows``."""
    return f"""
        SELECT {_place("TABLE")}, '{OWNER}' AS TABLE_OWNER,
            if(kind = 'VIEW', 'VIEW', 'BASE TABLE') AS TABLE_TYPE, {YES}, NULL::VARCHAR AS CLUSTERING_KEY,
            {rows} AS ROW_COUNT, NULL::BIGINT AS BYTES, 1 AS RETENTION_TIME,
            {_nothing("VARCHAR", "SELF_REFERENCING_COLUMN_NAME", "REFERENCE_GENERATION", "USER_DEFINED_TYPE_CATALOG")},
            {_nothing("VARCHAR", "USER_DEFINED_TYPE_SCHEMA", "USER_DEFINED_TYPE_NAME")},
            if(kind = 'VIEW', 'NO', 'YES') AS IS_INSERTABLE_INTO, 'YES' AS IS_TYPED, NULL::VARCHAR AS COMMIT_ACTION,
            {DDL}, 'NO' AS AUTO_CLUSTERING_ON, comment AS COMMENT,
            {_no("IS_TEMPORARY", "IS_ICEBERG", "IS_DYNAMIC", "IS_IMMUTABLE", "IS_HYBRID")}
        FROM ({source})
    """  # noqa: S608


VIEWS = f"""
    SELECT {_place("TABLE")}, '{OWNER}' AS TABLE_OWNER, text AS VIEW_DEFINITION, 'NONE' AS CHECK_OPTION,
        {_no("IS_UPDATABLE", "INSERTABLE_INTO", "IS_SECURE")}, {DDL}, comment AS COMMENT
    FROM ({relations.VIEWS})
"""  # noqa: S608

SCHEMATA = f"""
    SELECT database_name AS CATALOG_NAME, name AS SCHEMA_NAME, '{OWNER}' AS SCHEMA_OWNER, {YES},
        'NO' AS IS_MANAGED_ACCESS, 1 AS RETENTION_TIME,
        {_nothing("VARCHAR", "DEFAULT_CHARACTER_SET_CATALOG", "DEFAULT_CHARACTER_SET_SCHEMA")},
        {_nothing("VARCHAR", "DEFAULT_CHARACTER_SET_NAME", "SQL_PATH")}, {TIMES}, comment AS COMMENT,
        'UNSET' AS REPLICABLE_WITH_FAILOVER_GROUPS, 'ROLE' AS OWNER_ROLE_TYPE
    FROM ({relations.SCHEMAS})
"""  # noqa: S608

DATABASES = f"""
    SELECT name AS DATABASE_NAME, '{OWNER}' AS DATABASE_OWNER, {YES}, comment AS COMMENT, {TIMES},
        1 AS RETENTION_TIME, 'STANDARD' AS TYPE
    FROM ({relations.DATABASES})
"""  # noqa: S608

SEQUENCES = f"""
    SELECT {_place("SEQUENCE")}, '{OWNER}' AS SEQUENCE_OWNER, 'NUMBER' AS DATA_TYPE, 38 AS NUMERIC_PRECISION,
        10 AS NUMERIC_PRECISION_RADIX, 0 AS NUMERIC_SCALE, start_value::VARCHAR AS START_VALUE,
        {_nothing("VARCHAR", "MINIMUM_VALUE", "MAXIMUM_VALUE")}, next_value::VARCHAR AS NEXT_VALUE,
        increment_by::VARCHAR AS INCREMENT, 'NO' AS CYCLE_OPTION, {TIMES}, comment AS COMMENT, 'YES' AS ORDERED
    FROM ({relations.SEQUENCES})
"""  # noqa: S608

FUNCTIONS = f"""
    SELECT {_place("FUNCTION")}, '{OWNER}' AS FUNCTION_OWNER,
        regexp_extract(text, '\\(.*\\)') AS ARGUMENT_SIGNATURE, regexp_extract(text, 'RETURN (.*)$', 1) AS DATA_TYPE,
        {_nothing("BIGINT", "CHARACTER_MAXIMUM_LENGTH", "CHARACTER_OCTET_LENGTH", "NUMERIC_PRECISION")},
        {_nothing("BIGINT", "NUMERIC_PRECISION_RADIX", "NUMERIC_SCALE")}, 'SQL' AS FUNCTION_LANGUAGE,
        definition AS FUNCTION_DEFINITION, {_nothing("VARCHAR", "VOLATILITY", "IS_NULL_CALL")}, {TIMES},
        comment AS COMMENT, {_no("IS_EXTERNAL", "IS_MEMOIZABLE", "IS_SECURE", "IS_AGGREGATE")}
    FROM ({relations.FUNCTIONS})
"""  # noqa: S608

STAGES = f"""
    SELECT {_place("STAGE")}, nullif(url, '') AS STAGE_URL, region AS STAGE_REGION,
        if(type = 'INTERNAL', 'Internal Named', 'External Named') AS STAGE_TYPE, '{OWNER}' AS STAGE_OWNER,
        comment AS COMMENT, created_on AS CREATED, created_on AS LAST_ALTERED
    FROM ({relations.STAGES})
"""  # noqa: S608

_OPTIONS = (
    *("RECORD_DELIMITER", "FIELD_DELIMITER", "SKIP_HEADER", "DATE_FORMAT", "TIME_FORMAT", "TIMESTAMP_FORMAT"),
    *("BINARY_FORMAT", "ESCAPE", "ESCAPE_UNENCLOSED_FIELD", "TRIM_SPACE", "FIELD_OPTIONALLY_ENCLOSED_BY", "NULL_IF"),
    *("COMPRESSION", "ERROR_ON_COLUMN_COUNT_MISMATCH"),
)

FILE_FORMATS = f"""
    SELECT {_place("FILE_FORMAT")}, '{OWNER}' AS FILE_FORMAT_OWNER, type AS FILE_FORMAT_TYPE,
        {", ".join(f"json_extract_string(options, '$.{option}') AS {option}" for option in _OPTIONS)},
        created_on AS CREATED, created_on AS LAST_ALTERED, comment AS COMMENT
    FROM ({relations.FILE_FORMATS})
"""  # noqa: S608
