"""What Snowflake has and the local warehouse has not: refused by name, with what to use here instead.

The stock server answers some of it with a syntax error, and some as if it had been done: a dynamic table became a table
that nothing refreshes, a Python function one that cannot be called.
"""

from __future__ import annotations

import re

from snowflake.connector.errors import ProgrammingError
from sqlglot import Expr, exp

from lab_snowflake import errors
from lab_snowflake.words import Words

INSTEAD = {
    "STREAM": "compare with what was loaded before, as snowflake/load does",
    "TASK": "run the statement from an Airflow DAG",
    "PIPE": "run COPY INTO from an Airflow DAG",
    "ALERT": "check from an Airflow DAG",
    "PROCEDURE": "keep the logic in the client",
    "DYNAMIC TABLE": "make a table and refresh it from an Airflow DAG",
    "MATERIALIZED VIEW": "make a view, or a table that a load refreshes",
    "EXTERNAL TABLE": "load the files by COPY INTO",
    "ICEBERG TABLE": "load the files by COPY INTO",
    "EVENT TABLE": "log in the client",
    "HYBRID TABLE": "make a table",
    "MASKING POLICY": "make a view without the column",
    "ROW ACCESS POLICY": "make a view with the condition",
    "AGGREGATION POLICY": "make a view that aggregates",
    "PROJECTION POLICY": "make a view without the column",
    "NETWORK POLICY": "the server listens on this machine alone",
    "NETWORK RULE": "the server listens on this machine alone",
    "PASSWORD POLICY": "the one user's password is the profile's",
    "SESSION POLICY": "set parameters by ALTER SESSION",
    "SHARE": "export by a query",
    "TAG": "use comments",
    "SECRET": "keep secrets in Secrets Manager",
    "DATABASE ROLE": "make a role",
    "FAILOVER GROUP": "copy the state's folder",
    "REPLICATION GROUP": "copy the state's folder",
    "GIT REPOSITORY": "PUT files into a stage",
    "IMAGE REPOSITORY": "run containers by Docker Compose",
    "COMPUTE POOL": "run containers by Docker Compose",
    "SERVICE": "run containers by Docker Compose",
    "NOTEBOOK": "use the dashboard or a client",
    "STREAMLIT": "use the dashboard or a client",
    "MODEL": "run models in the client",
    "APPLICATION": "run programs in the client",
}
"""Kinds of objects that are not there."""

MODIFIERS = ("OR REPLACE", "OR ALTER", "SECURE", "TEMPORARY", "TEMP", "TRANSIENT", "IF NOT EXISTS")

COMMANDS = re.compile(r"(?:CALL|EXECUTE|UNDROP)\s+\w+", re.IGNORECASE)
"""Commands that are not there."""

TRANSACTION = ("TRANSACTION", "WORK", "NAME", ";")


def check_script(words: list[str]) -> None:
    """Refuse a scripting block, before its semicolons are taken for the ends of statements.

    Args:
        words: the first two of the text, a semicolon for one.

    Raises:
        ProgrammingError: 000002, it is one.
    """
    first, second, *_ = [*" ".join(words).upper().split(), "", ""]
    if first == "DECLARE" or (first == "BEGIN" and second and second not in TRANSACTION):
        raise _missing("Snowflake Scripting", "send the statements one by one")


def check_statement(statement: str) -> None:
    """Refuse what names an object of a kind, or a command, that is not there.

    Raises:
        ProgrammingError: 000002, with what to use instead.
    """
    if command := COMMANDS.match(statement):
        what = " ".join(command[0].upper().split())
        raise _missing(what, "DROP is final" if what.startswith("UNDROP") else "send the statements themselves")
    words = Words(statement)
    verb = words.one_of("CREATE", "ALTER", "DROP", "SHOW", "DESCRIBE", "DESC")
    if verb is None:
        return
    while words.one_of(*MODIFIERS):
        pass
    names = {kind: kind for kind in INSTEAD}
    if verb == "SHOW":
        names = {f"{kind.removesuffix('Y')}IES" if kind.endswith("Y") else f"{kind}S": kind for kind in INSTEAD}
    if found := words.one_of(*names):
        raise _missing(f"{verb} {found}", INSTEAD[names[found]])


def check_expression(expression: Expr) -> None:
    """Refuse a statement with a part that is not there.

    Raises:
        ProgrammingError: 000002, with what to use instead.
    """
    if expression.find(exp.HistoricalData):
        raise _missing("AT and BEFORE (time travel)", "keep what you need in a table of its own")
    if isinstance(expression, exp.Create) and expression.args.get("clone") and expression.kind != "TABLE":
        raise _missing(f"CREATE {expression.kind} … CLONE", "CREATE TABLE … CLONE, table by table")
    if expression.find(exp.SwapTable):
        raise _missing("ALTER TABLE … SWAP WITH", "rename the tables one after the other")
    language = expression.find(exp.LanguageProperty) if isinstance(expression, exp.Create) else None
    if language is not None and language.name.upper() != "SQL":
        raise _missing(f"CREATE FUNCTION … LANGUAGE {language.name.upper()}", "write it in SQL, or in the client")


def _missing(what: str, instead: str) -> ProgrammingError:
    return errors.unsupported(f"{what}; here: {instead}")
