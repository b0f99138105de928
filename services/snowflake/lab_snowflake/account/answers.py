"""Which statements are about the account, and what is answered to them."""

from __future__ import annotations

from duckdb import DuckDBPyConnection

from lab_snowflake.account import grants, objects, shown
from lab_snowflake.account.current import Current
from lab_snowflake.rows import status_sql
from lab_snowflake.words import Words

NOTE = " It has no effect in the local warehouse."


def define(duck: DuckDBPyConnection, statement: str, database: str, schema: str) -> str | None:
    """Carry out ``statement`` if it changes the account, all of it or nothing: SQL of the answer, else None.

    Raises:
        ProgrammingError: it cannot be carried out.
    """
    duck.begin()
    try:
        said = _carried_out(duck, Words(statement), database, schema)
    except BaseException:
        duck.rollback()
        raise
    duck.commit()
    return None if said is None else status_sql(said if _has_effect(statement) else said + NOTE)


def _has_effect(statement: str) -> bool:
    """Whether it is about users or integrations: their keys open the door, and they open S3."""
    words = Words(statement)
    words.word()
    words.take("OR", "REPLACE")
    return words.one_of("USER", "STORAGE INTEGRATION", "INTEGRATION") is not None


def _carried_out(duck: DuckDBPyConnection, words: Words, database: str, schema: str) -> str | None:
    match words.one_of("CREATE", "ALTER", "DROP", "GRANT", "REVOKE"):
        case "CREATE":
            return objects.create(duck, words)
        case "ALTER":
            return objects.alter(duck, words)
        case "DROP":
            return objects.drop(duck, words)
        case "GRANT":
            return grants.grant(duck, words, database, schema)
        case "REVOKE":
            return grants.revoke(duck, words, database, schema)
    return None


def look(duck: DuckDBPyConnection, statement: str, current: Current, database: str, schema: str) -> str | None:
    """SQL of the answer to a SHOW, DESCRIBE or USE of the account's objects; None for anything else.

    Raises:
        ProgrammingError: what it names is not there.
    """
    words = Words(statement)
    match words.one_of("SHOW", "DESCRIBE", "DESC", "USE"):
        case "SHOW":
            return shown.show(duck, words, current, (database, schema))
        case "DESCRIBE" | "DESC":
            return shown.describe(duck, words)
        case "USE":
            said = current.use(duck, words)
            return None if said is None else status_sql(said + NOTE)
    return None


def is_definition(statement: str) -> bool:
    """Whether ``statement`` changes the account."""
    words = Words(statement)
    match words.one_of("CREATE", "ALTER", "DROP", "GRANT", "REVOKE"):
        case None:
            return False
        case "GRANT" | "REVOKE":
            return True
    words.take("OR", "REPLACE")
    return words.one_of(*objects.KINDS) is not None
