"""SHOW PARAMETERS: the session's parameters as they are, not the stock server's fixed list."""

from __future__ import annotations

from lab_snowflake.parameters import Parameters
from lab_snowflake.rows import rows_sql
from lab_snowflake.words import Words, like

COLUMNS = [(f'"{name}"', "VARCHAR") for name in ("key", "value", "default", "level", "description", "type")]

KNOWN = {
    "AUTOCOMMIT": ("true", "BOOLEAN", "Whether a statement outside of a transaction is committed by itself"),
    "LOCK_TIMEOUT": ("43200", "NUMBER", "Seconds to wait for another writer"),
    "MULTI_STATEMENT_COUNT": ("1", "NUMBER", "Number of statements in one text; 0 for any"),
    "QUERY_TAG": ("", "STRING", "Text kept with the session's statements"),
    "QUOTED_IDENTIFIERS_IGNORE_CASE": ("false", "BOOLEAN", "Whether the case of quoted identifiers is ignored"),
    "STATEMENT_TIMEOUT_IN_SECONDS": ("0", "NUMBER", "Seconds after which a statement is stopped; 0 for never"),
    "TIMEZONE": ("Etc/UTC", "STRING", "Time zone of the session"),
    "WEEK_START": ("0", "NUMBER", "First day of the week"),
}
"""Parameters with the value they have unless set, their type and meaning."""


def sql(statement: str, parameters: Parameters) -> str | None:
    """SQL of the answer to ``SHOW PARAMETERS [LIKE …] [IN SESSION | ACCOUNT]``; None for any other statement."""
    words = Words(statement)
    if not words.take("SHOW", "PARAMETERS"):
        return None
    pattern = like(words.value() if words.take("LIKE") else "%")
    if words.one_of("IN", "FOR"):
        words.word()
        if words:
            words.name()
    words.end()
    set_here = {**parameters.others, **({} if parameters.autocommit else {"AUTOCOMMIT": "false"})}
    names = [name for name in sorted({*KNOWN, *set_here}) if pattern.fullmatch(name)]
    return rows_sql(COLUMNS, [_row(name, set_here.get(name)) for name in names])


def _row(name: str, value: str | None) -> tuple[str, ...]:
    default, kind, meaning = KNOWN.get(name, ("", "STRING", ""))
    return (name, default if value is None else value, default, "" if value is None else "SESSION", meaning, kind)
