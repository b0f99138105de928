"""Databases and schemas: made, replaced, dropped and used as on Snowflake.

A new database has a schema PUBLIC; what was made or used last is current. The stock server made neither PUBLIC nor
anything current, kept the old schema's name after USE DATABASE, and took CLONE and OR REPLACE for a plain CREATE.

Source: https://docs.snowflake.com/en/sql-reference/sql/create-database, …/create-schema, …/use-schema
"""

from __future__ import annotations

import re
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, TypeGuard

from duckdb import DuckDBPyConnection
from fakesnow import info_schema, macros
from snowflake.connector.errors import ProgrammingError
from sqlglot import Expr, exp

from lab_snowflake import descriptions, drops, errors, information_schema, internals, load_history, timezones
from lab_snowflake.catalog import kept as objects
from lab_snowflake.identifiers import quoted, stored
from lab_snowflake.keys import kept as keys
from lab_snowflake.load_history import Table
from lab_snowflake.rows import DONE
from lab_snowflake.staging import folders
from lab_snowflake.staging.access import STAGES

if TYPE_CHECKING:
    from lab_snowflake.connection import LabConnection

PUBLIC = "PUBLIC"
OWN = ("memory", "system", "temp", "_fs_global")
"""The server's own databases."""

NAME = re.compile(r"[A-Za-z_][\w$]*", re.ASCII)


def is_about(expression: Expr) -> TypeGuard[exp.Create | exp.Drop | exp.Use]:
    """Whether ``expression`` makes, drops or uses a database or a schema."""
    if isinstance(expression, exp.Use):
        return expression.args.get("kind") is None or expression.args["kind"].name.upper() in ("DATABASE", "SCHEMA")
    return isinstance(expression, exp.Create | exp.Drop) and expression.kind in ("DATABASE", "SCHEMA")


def run(expression: exp.Create | exp.Drop | exp.Use, connection: LabConnection) -> str:
    """Carry ``expression`` out; what Snowflake says of it.

    Raises:
        ProgrammingError: 002002, it exists; 002003 or 002043, it does not.
    """
    if isinstance(expression, exp.Use):
        return _use(expression, connection)
    of_database = expression.kind == "DATABASE"
    if isinstance(expression, exp.Drop):
        return (_drop_database if of_database else _drop_schema)(expression, connection)
    return (_create_database if of_database else _create_schema)(expression, connection)


def complete(duck: DuckDBPyConnection, database: str) -> None:
    """Give a new database what each one has, and an older one the views of today. All of it, or nothing."""
    is_new = not _has_schema(duck, database, internals.SCHEMA)
    duck.begin()
    try:
        if is_new:
            duck.execute(info_schema.per_db_creation_sql(database))
            duck.execute(macros.creation_sql(database))
            load_history.create(duck, database)
            duck.execute(f"CREATE SCHEMA {quoted(database, PUBLIC)}")
        information_schema.create(duck, database)
        timezones.create_macro(duck, database)
        duck.commit()
    except BaseException:
        duck.rollback()
        raise


def _create_database(create: exp.Create, connection: LabConnection) -> str:
    duck, name = connection._duck_conn, stored(create.this.this)
    if _has_database(duck, name):
        if create.args.get("exists"):
            return f"{name} already exists, statement succeeded."
        if not create.args.get("replace"):
            raise errors.already_there(name)
        _forget_database(connection, name)
    duck.execute(f"ATTACH {exp.Literal.string(_new_file(connection, name)).sql(dialect='duckdb')} AS {quoted(name)}")
    complete(duck, name)
    _become(connection, name, PUBLIC)
    return f"Database {name} successfully created."


def _create_schema(create: exp.Create, connection: LabConnection) -> str:
    duck, (database, name) = connection._duck_conn, _schema(create.this, connection)
    if _has_schema(duck, database, name):
        if create.args.get("exists"):
            return f"{name} already exists, statement succeeded."
        if not create.args.get("replace"):
            raise errors.already_there(name)
        _forget_schema(connection, database, name)
    duck.execute(f"CREATE SCHEMA {quoted(database, name)}")
    _become(connection, database, name)
    return f"Schema {name} successfully created."


def _drop_database(drop: exp.Drop, connection: LabConnection) -> str:
    (target,) = drops.targets(drop)
    name = stored(target.this)
    if _has_database(connection._duck_conn, name):
        _forget_database(connection, name)
        return f"{name} successfully dropped."
    return _absent("Database", name, drop)


def _drop_schema(drop: exp.Drop, connection: LabConnection) -> str:
    (target,) = drops.targets(drop)
    database, name = _schema(target, connection)
    if _has_schema(connection._duck_conn, database, name):
        _forget_schema(connection, database, name)
        return f"{name} successfully dropped."
    return _absent("Schema", name, drop)


def _use(use: exp.Use, connection: LabConnection) -> str:
    table, kind = use.this, use.args.get("kind")
    duck = connection._duck_conn
    if (kind is not None and kind.name.upper() == "SCHEMA") or table.args.get("db"):
        database = stored(table.args["db"]) if table.args.get("db") else connection.database or ""
        name = stored(table.this)
        if not _has_schema(duck, database, name):
            raise errors.nothing_there()
        _become(connection, database, name)
    else:
        name = stored(table.this)
        if not _has_database(duck, name):
            raise errors.nothing_there()
        _become(connection, name, PUBLIC if _has_schema(duck, name, PUBLIC) else None)
    return DONE


def _become(connection: LabConnection, database: str | None, schema: str | None) -> None:
    """Make the database and the schema the session's current ones."""
    inner = internals.SCHEMA if schema == "INFORMATION_SCHEMA" else schema
    if database is None:
        connection._duck_conn.execute("USE memory")
    else:
        place = f"{quoted(database)}.{quoted(inner or 'main')}"
        connection._duck_conn.execute(f"USE {place}")
    connection.database, connection._schema = database, inner.upper() if inner == internals.SCHEMA else inner
    connection.database_set, connection.schema_set = database is not None, schema is not None


def _forget_database(connection: LabConnection, name: str) -> None:
    """Take a database away, with its file and what is known of it elsewhere."""
    if name == connection.database:
        _become(connection, None, None)
    duck = connection._duck_conn
    ((file,),) = duck.execute(
        "SELECT path FROM duckdb_databases() WHERE lower(database_name) = lower(?)", [name]
    ).fetchall()
    duck.execute(f"DETACH {quoted(name)}")
    path = Path(file)
    for file in (path, path.with_name(path.name + ".wal")):
        file.unlink(missing_ok=True)
    _forget(connection, name)


def _forget_schema(connection: LabConnection, database: str, name: str) -> None:
    """Take a schema away, with all that is in it, as Snowflake does unless RESTRICT is said."""
    duck = connection._duck_conn
    if (database, name) == (connection.database, connection.schema):
        _become(connection, database, None)
    duck.execute(f"DROP SCHEMA {quoted(database, name)} CASCADE")
    for history in (load_history.FILES, load_history.STOCK):
        duck.execute(f"DELETE FROM {quoted(database)}.{history} WHERE SCHEMA_NAME = ?", [name])  # noqa: S608
    _forget(connection, database, name)


def _forget(connection: LabConnection, database: str, schema: str | None = None) -> None:
    """Drop what is kept of it elsewhere, else what is made again under its name would have that."""
    duck = connection._duck_conn
    values = [database] if schema is None else [database, schema]
    for table, columns in (
        (descriptions.TABLES, ("ext_table_catalog", "ext_table_schema")),
        (STAGES, ("database_name", "schema_name")),
        (f"{internals.GLOBAL}._fs_file_formats", ("database_name", "schema_name")),
    ):
        where = " AND ".join(f"{column} = ?" for column in columns[: len(values)])
        duck.execute(f"DELETE FROM {table} WHERE {where}", values)  # noqa: S608
    connection.lengths.forget_all(duck, database, schema)
    keys.forget_all(duck, database, schema)
    objects.forget(duck, "SCHEMA" if schema else "DATABASE", Table(database, schema or "", ""))
    folders.remove_all(connection.stages, database, schema)


def _schema(table: exp.Table, connection: LabConnection) -> tuple[str, str]:
    """The database and the name of a schema that a statement names."""
    database = stored(table.args["catalog"]) if table.args.get("catalog") else connection.database
    if not database:
        raise ProgrammingError(
            msg="Cannot perform this operation. This session does not have a current database. Call 'USE DATABASE', or "
            "use a qualified name.",
            errno=90_105,
            sqlstate="22000",
        )
    if not _has_database(connection._duck_conn, database):
        raise errors.missing(f"Database '{database}'")
    return database, stored(table.args["db"])


def _has_database(duck: DuckDBPyConnection, name: str) -> bool:
    found = duck.execute("SELECT 1 FROM duckdb_databases() WHERE lower(database_name) = lower(?)", [name])
    return name.lower() not in OWN and found.fetchone() is not None


def _has_schema(duck: DuckDBPyConnection, database: str, name: str) -> bool:
    schema = internals.SCHEMA if name == "INFORMATION_SCHEMA" else name
    found = duck.execute(
        "SELECT 1 FROM duckdb_schemas() WHERE lower(database_name) = lower(?) AND lower(schema_name) = lower(?)",
        [database, schema],
    )
    return found.fetchone() is not None


def _new_file(connection: LabConnection, name: str) -> Path:
    """A file for a new database: of a name of its own, for DuckDB holds on to one that was dropped for a while."""
    if name.lower() in OWN or not NAME.fullmatch(name):
        raise ProgrammingError(
            msg=f"SQL compilation error:\ninvalid identifier '{name}': a database is a file here, whose name has "
            f"letters, digits, _ and $ only, and is none of {', '.join(OWN)}.",
            errno=904,
            sqlstate="42000",
        )
    return Path(str(connection.db_path)) / f"{name}.{secrets.token_hex(4)}.db"


def _absent(kind: str, name: str, drop: exp.Drop) -> str:
    if drop.args.get("exists"):
        return "Drop statement executed successfully (already dropped)."
    raise errors.missing(f"{kind} '{name}'")
