"""What CREATE, DROP and RENAME do to stages and their files.

The stock server deletes the files of a stage that is to be replaced before it is, and knows no DROP STAGE; a table's
files outlived the table.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from duckdb import DuckDBPyConnection
from fakesnow.transforms import upper_case_unquoted_identifiers
from sqlglot import Expr, exp

from lab_snowflake.load_history import Table
from lab_snowflake.staging import folders
from lab_snowflake.staging.access import STAGES, Said
from lab_snowflake.staging.folders import Folder
from lab_snowflake.staging.locations import missing
from lab_snowflake.staging.references import Kind, Reference


@dataclass(frozen=True, slots=True)
class MadeStage:
    """What a CREATE STAGE makes."""

    name: exp.Table
    replaces: bool
    is_temporary: bool
    said: Said


def made_stage(expression: Expr) -> MadeStage | None:
    """The stage that ``expression`` makes.

    Takes OR REPLACE out of it, which is left for ``forget_stage``, and doubles quotes in names, which the stock server
    writes into its SQL as they are.
    """
    if not isinstance(expression, exp.Create) or expression.kind != "STAGE":
        return None
    name = expression.this.find(exp.Table).transform(upper_case_unquoted_identifiers)
    said = Said.of(expression)
    replaces, properties = bool(expression.args.get("replace")), expression.args.get("properties")
    expression.set("replace", False)
    for part in expression.find_all(exp.Identifier, exp.Literal):
        part.set("this", part.name.replace("'", "''"))
    return MadeStage(name, replaces, bool(properties and properties.find(exp.TemporaryProperty)), said)


def is_there(duck: DuckDBPyConnection, stage: Table) -> bool:
    """Whether there is a named stage of this name."""
    found = duck.execute(
        f"SELECT 1 FROM {STAGES} WHERE database_name = ? AND schema_name = ? AND name = ?",  # noqa: S608
        [stage.database, stage.schema, stage.name],
    )
    return found.fetchone() is not None


def drop_stage(duck: DuckDBPyConnection, stages: Path, stage: Table, *, if_exists: bool) -> str:
    """Drop a named stage with its files; of an external one the files stay. What Snowflake says of it.

    Raises:
        ProgrammingError: 002003, there is none of this name, and IF EXISTS was not said.
    """
    if not forget_stage(duck, stages, stage):
        if not if_exists:
            raise missing(stage.database, stage.schema, stage.name)
        return f"Drop statement executed successfully ({stage.name} already dropped)."
    return f"{stage.name} successfully dropped."


def forget_stage(duck: DuckDBPyConnection, stages: Path, stage: Table, kinds: str = "%") -> bool:
    """Remove a named stage of a type LIKE ``kinds``, and its files; whether it was there."""
    deleted = duck.execute(
        f"DELETE FROM {STAGES} WHERE database_name = ? AND schema_name = ? AND name = ? AND type LIKE ? "  # noqa: S608
        "RETURNING name",
        [stage.database, stage.schema, stage.name, kinds],
    ).fetchall()
    if deleted:
        _folder(stages, Kind.NAMED, stage).remove()
    return bool(deleted)


def forget_schema(duck: DuckDBPyConnection, stages: Path, database: str, schema: str) -> None:
    """Remove the stages of a schema that is gone, named and tables', with their files."""
    duck.execute(
        f"DELETE FROM {STAGES} WHERE database_name = ? AND schema_name = ?",  # noqa: S608
        [database, schema],
    )
    folders.remove_all(stages, database, schema)


def forget_table(stages: Path, table: Table) -> None:
    """Remove the files of the stage of a table that is gone or made anew."""
    _folder(stages, Kind.TABLE, table).remove()


def rename_table(stages: Path, table: Table, renamed: Table) -> None:
    """Bring the files of a table's stage along."""
    old, new = _folder(stages, Kind.TABLE, table).root, _folder(stages, Kind.TABLE, renamed).root
    if old.is_dir():
        new.parent.mkdir(parents=True, exist_ok=True)
        old.rename(new)


def _folder(stages: Path, kind: Kind, table: Table) -> Folder:
    return folders.of(stages, Reference(kind, table.database, table.schema, table.name, ""), "")
