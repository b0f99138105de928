"""ALTER TABLE that adds, drops or renames a key.

Sources: https://docs.snowflake.com/en/sql-reference/sql/alter-table and create-table-constraint there.
"""

from __future__ import annotations

from duckdb import DuckDBPyConnection
from fakesnow.dialect import parse_one
from snowflake.connector.errors import ProgrammingError
from sqlglot import exp

from lab_snowflake import errors
from lab_snowflake.keys import declared, kept
from lab_snowflake.load_history import Table
from lab_snowflake.rows import DONE
from lab_snowflake.words import Words

KINDS = (declared.PRIMARY, declared.UNIQUE, declared.FOREIGN)
NAMED = ("CONSTRAINT", *KINDS)


def is_asked(statement: str) -> bool:
    """Whether ``statement`` is an ALTER TABLE that changes keys."""
    words = Words(statement)
    if not words.take("ALTER", "TABLE"):
        return False
    words.take("IF", "EXISTS")
    words.parts()
    asked = words.one_of("RENAME CONSTRAINT", *(f"{verb} {what}" for verb in ("ADD", "DROP") for what in NAMED))
    return asked is not None


def alter(duck: DuckDBPyConnection, statement: str, database: str, schema: str) -> str:
    """Carry out an ALTER TABLE that changes keys: what Snowflake says of it.

    Raises:
        ProgrammingError: the table, the key or a column is not there.
    """
    words = Words(statement)
    words.take("ALTER", "TABLE")
    may_lack = words.take("IF", "EXISTS")
    table = Table.of(words.parts(), database, schema)
    if may_lack and not kept.is_table(duck, table):
        return DONE
    columns = kept.columns_of(duck, table)
    match words.one_of("ADD", "DROP", "RENAME CONSTRAINT"):
        case "ADD":
            _add(duck, table, columns, statement)
        case "DROP":
            _drop(duck, table, words)
        case _:
            _rename(duck, table, words)
    return DONE


def _add(duck: DuckDBPyConnection, table: Table, columns: set[str], statement: str) -> None:
    (added,) = parse_one(statement).find_all(exp.AddConstraint)
    keys = [key for part in added.expressions if (key := declared.of_table(part)) is not None]
    if any(key.kind == declared.PRIMARY for key in keys) and kept.names(duck, table, declared.PRIMARY):
        raise kept.second_primary(table)
    resolved = kept.resolved(duck, table, columns, keys)
    for made in resolved:
        if any(made.name in kept.names(duck, table, kind) for kind in KINDS):
            raise errors.already_there(made.name)
    kept.add(duck, table, resolved)


def _drop(duck: DuckDBPyConnection, table: Table, words: Words) -> None:
    kind = words.one_of(*NAMED)
    if kind == "CONSTRAINT":
        names = [".".join(words.parts())]
    else:
        columns = None if kind == declared.PRIMARY else _columns(words)
        names = kept.names(duck, table, str(kind), columns)
    rule = words.one_of("CASCADE", "RESTRICT")
    words.end()
    for name in names:
        if rule == "RESTRICT" and (others := kept.referring(duck, table, name)):
            raise ProgrammingError(
                msg=f"SQL compilation error:\nConstraint '{name}' cannot be dropped: {', '.join(others)} refers to it.",
                errno=3730,
                sqlstate="42601",
            )
    if not [name for name in names if kept.drop(duck, table, name)]:
        raise _missing(names[0] if kind == "CONSTRAINT" else str(kind))


def _rename(duck: DuckDBPyConnection, table: Table, words: Words) -> None:
    name = ".".join(words.parts())
    if not words.take("TO"):
        raise words.unexpected()
    new = ".".join(words.parts())
    words.end()
    if not kept.rename(duck, table, name, new):
        raise _missing(name)


def _columns(words: Words) -> tuple[str, ...]:
    if not words.take("("):
        raise words.unexpected()
    columns = words.parts()
    while words.take(","):
        columns += words.parts()
    if not words.take(")"):
        raise words.unexpected()
    return tuple(columns)


def _missing(what: str) -> ProgrammingError:
    return errors.missing(f"Constraint '{what}'")
