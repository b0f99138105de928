"""DROP TABLE and DROP DATABASE.

The stock server looks for a DROP's table where the parser no longer puts it, and has no DROP DATABASE.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from duckdb import DuckDBPyConnection
from fakesnow.transforms import stage
from snowflake.connector.errors import ProgrammingError
from sqlglot import exp


def targets(drop: exp.Drop) -> list[exp.Table]:
    """What a DROP names."""
    return list(drop.args.get("tables") or [drop.this])


def name(drop: exp.Drop) -> str:
    """The one thing that a DROP names, as Snowflake stores names: upper case unless quoted."""
    (target,) = targets(drop)
    return target.name if target.this.args.get("quoted") else target.name.upper()


def database(duck: DuckDBPyConnection, drop: exp.Drop, folder: Path) -> str:
    """Drop a database, which is no session's own, with its file in ``folder``; what Snowflake says of it.

    Raises:
        ProgrammingError: 002003, there is none of this name, and IF EXISTS was not said.
    """
    dropped = name(drop)
    path = folder / f"{dropped}.db"
    if not path.is_file():
        if drop.args.get("exists"):
            return "Drop statement executed successfully (already dropped)."
        raise ProgrammingError(
            msg=f"SQL compilation error:\nDatabase '{dropped}' does not exist or not authorized.",
            errno=2003,
            sqlstate="02000",
        )
    duck.execute(f"DETACH {exp.to_identifier(dropped, quoted=True).sql(dialect='duckdb')}")
    for file in (path, path.with_name(path.name + ".wal")):
        file.unlink(missing_ok=True)
    _drop_staged_files(dropped)
    for kept in ("_fs_tables_ext", "_fs_columns_ext", "_fs_stages"):
        column = "database_name" if kept == "_fs_stages" else "ext_table_catalog"
        duck.execute(f"DELETE FROM _fs_global._fs_information_schema.{kept} WHERE {column} = ?", [dropped])  # noqa: S608
    return f"{dropped} successfully dropped."


def _drop_staged_files(database: str) -> None:
    """Else a stage of the same name in a database that is made again would hold the old one's files."""
    stages = Path(stage.LOCAL_BUCKET_PATH).resolve()
    files = (stages / database).resolve()
    if files.parent == stages and files.is_dir():  # a name such as ".." leads nowhere
        shutil.rmtree(files)
