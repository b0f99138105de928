"""SHOW PRIMARY, UNIQUE, IMPORTED and EXPORTED KEYS; TABLE_CONSTRAINTS and REFERENTIAL_CONSTRAINTS.

Sources: https://docs.snowflake.com/en/sql-reference/sql/show-primary-keys, show-unique-keys, show-imported-keys and
show-exported-keys there; https://docs.snowflake.com/en/sql-reference/info-schema/table_constraints and
referential_constraints there.
"""

from __future__ import annotations

from duckdb import DuckDBPyConnection

from lab_snowflake import show_scope
from lab_snowflake.keys import declared, kept
from lab_snowflake.show_scope import Scope
from lab_snowflake.words import Words

SHOWN = {
    "PRIMARY KEYS": declared.PRIMARY,
    "UNIQUE KEYS": declared.UNIQUE,
    "IMPORTED KEYS": declared.FOREIGN,
    "EXPORTED KEYS": declared.FOREIGN,
}

_NUMBER = 'unnest(range(1, len(columns) + 1)) AS "key_sequence"'
_LAST = "if(rely, 'true', 'false') AS \"rely\", comment AS \"comment\""

OWN = (
    'created AS "created_on", database_name AS "database_name", schema_name AS "schema_name", '
    'table_name AS "table_name", unnest(columns) AS "column_name", '
    f'{_NUMBER}, name AS "constraint_name", {_LAST}'
)
FOREIGN = (
    'created AS "created_on", pk_database_name AS "pk_database_name", pk_schema_name AS "pk_schema_name", '
    'pk_table_name AS "pk_table_name", unnest(pk_columns) AS "pk_column_name", database_name AS "fk_database_name", '
    'schema_name AS "fk_schema_name", table_name AS "fk_table_name", unnest(columns) AS "fk_column_name", '
    f'{_NUMBER}, on_update AS "update_rule", on_delete AS "delete_rule", name AS "fk_name", '
    f'pk_name AS "pk_name", \'NOT DEFERRABLE\' AS "deferrability", {_LAST}'
)

TABLE_CONSTRAINTS = f"""
    SELECT database_name AS CONSTRAINT_CATALOG, schema_name AS CONSTRAINT_SCHEMA, name AS CONSTRAINT_NAME,
        database_name AS TABLE_CATALOG, schema_name AS TABLE_SCHEMA, table_name AS TABLE_NAME,
        kind AS CONSTRAINT_TYPE, 'NO' AS IS_DEFERRABLE, 'YES' AS INITIALLY_DEFERRED, 'NO' AS ENFORCED,
        comment AS COMMENT, created AS CREATED, created AS LAST_ALTERED, if(rely, 'YES', 'NO') AS RELY
    FROM {kept.TABLE}
"""  # noqa: S608

REFERENTIAL_CONSTRAINTS = f"""
    SELECT database_name AS CONSTRAINT_CATALOG, schema_name AS CONSTRAINT_SCHEMA, name AS CONSTRAINT_NAME,
        pk_database_name AS UNIQUE_CONSTRAINT_CATALOG, pk_schema_name AS UNIQUE_CONSTRAINT_SCHEMA,
        pk_name AS UNIQUE_CONSTRAINT_NAME, 'FULL' AS MATCH_OPTION, on_update AS UPDATE_RULE,
        on_delete AS DELETE_RULE, comment AS COMMENT, created AS CREATED, created AS LAST_ALTERED
    FROM {kept.TABLE} WHERE kind = '{declared.FOREIGN}'
"""  # noqa: S608


def sql(duck: DuckDBPyConnection, statement: str, database: str | None, schema: str | None) -> str | None:
    """SQL of the answer to a SHOW of keys; None for any other statement.

    Raises:
        ProgrammingError: what it looks in is not there.
    """
    words = Words(statement)
    words.take("SHOW")
    words.take("TERSE")
    shown = words.one_of(*SHOWN)
    if shown is None:
        return None
    scope = show_scope.take(words, "TABLE", database, schema) or Scope(database)
    words.end()
    show_scope.require(duck, scope)
    columns = FOREIGN if SHOWN[shown] == declared.FOREIGN else OWN
    condition = scope.condition("pk_" if shown == "EXPORTED KEYS" else "")
    return (
        f"SELECT {columns} FROM {kept.TABLE} WHERE kind = '{SHOWN[shown]}' AND {condition} "  # noqa: S608
        'ORDER BY database_name, schema_name, table_name, name, "key_sequence"'
    )
