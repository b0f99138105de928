"""The warehouse as the pages see it: one session, queries with bound values, results kept until something is loaded."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import pandas as pd
import snowflake.connector
import streamlit as st
from snowflake.connector.backoff_policies import exponential_backoff
from snowflake.connector.errors import DatabaseError, Error

ROLE = "MEDIA_STREAM_ANALYST"
LOGIN_SECONDS = 5
TRIED_SECONDS = 10
"""How long the connector tries again when the warehouse has gone, before the page says so."""
LOOK_AGAIN_SECONDS = 5
KEPT_SECONDS = 600
KEPT_RESULTS = 200
NOT_THERE = (2003, 2043, 90105, 390189)
"""Snowflake's codes for an object that is not there, or its schema, or the connection's database or role."""

SETTINGS = {
    "account": "SNOWFLAKE_ACCOUNT",
    "user": "SNOWFLAKE_USER",
    "password": "SNOWFLAKE_PASSWORD",
    "private_key_file": "SNOWFLAKE_PRIVATE_KEY_FILE",
    "private_key_file_pwd": "SNOWFLAKE_PRIVATE_KEY_FILE_PWD",
    "host": "SNOWFLAKE_HOST",
    "port": "SNOWFLAKE_PORT",
    "protocol": "SNOWFLAKE_PROTOCOL",
    "warehouse": "SNOWFLAKE_WAREHOUSE",
    "database": "SNOWFLAKE_DATABASE",
}
"""What the session takes from the environment, as far as it is set there."""

Values = Mapping[str, Any]


class Unavailable(Exception):
    """The warehouse does not answer; the message says where, and what it said."""


class NotDeployed(Exception):
    """The warehouse answers and has no such table."""


def rows(sql: str, values: Values | None = None) -> pd.DataFrame:
    """The rows of a query, with columns in lower case; the same question is asked again when something was loaded.

    Raises:
        Unavailable, NotDeployed: see there.
    """
    return _rows(sql, tuple(sorted((values or {}).items())), newest_load())


def one(sql: str, values: Values | None = None) -> pd.Series[Any]:
    """The one row of a query."""
    return rows(sql, values).iloc[0]


@st.cache_data(ttl=LOOK_AGAIN_SECONDS, show_spinner=False)
def newest_load() -> str:
    """When something was last loaded or a run last closed its books: what is kept is good for as long as this stays."""
    found = _ask(
        "SELECT (SELECT MAX(LOADED_AT) FROM OPS.LOADS) AS LOADED, (SELECT MAX(CHECKED_AT) FROM OPS.LEDGER) AS CHECKED",
        {},
    )
    return str(found.iloc[0].tolist())


@st.cache_data(ttl=KEPT_SECONDS, max_entries=KEPT_RESULTS, show_spinner="Asking the warehouse …")
def _rows(sql: str, values: tuple[tuple[str, Any], ...], _as_of: str) -> pd.DataFrame:
    return _ask(sql, dict(values))


def _ask(sql: str, values: dict[str, Any]) -> pd.DataFrame:
    try:
        with _session().cursor() as cursor:
            cursor.execute(sql, values or None)
            columns = [column.name.lower() for column in cursor.description]
            return pd.DataFrame(cursor.fetchall(), columns=columns)
    except DatabaseError as error:
        if error.errno in NOT_THERE:
            raise NotDeployed(str(error.raw_msg or error)) from error
        _session.clear()  # a session that the server forgot when it was started again
        raise Unavailable(_words(error)) from error
    except (Error, OSError) as error:  # OSError: the certificate is not there yet
        _session.clear()
        raise Unavailable(_words(error)) from error


@st.cache_resource(show_spinner=False)
def _session() -> snowflake.connector.SnowflakeConnection:
    options: dict[str, Any] = {name: os.environ[key] for name, key in SETTINGS.items() if os.environ.get(key)}
    if "port" in options:
        options["port"] = int(options["port"])
    return snowflake.connector.connect(
        **options,
        role=ROLE,
        login_timeout=LOGIN_SECONDS,
        network_timeout=TRIED_SECONDS,
        backoff_policy=exponential_backoff(cap=1),
        session_parameters={"CLIENT_TELEMETRY_ENABLED": False, "QUERY_TAG": "dashboard"},
    )


def _words(error: Exception) -> str:
    where = os.environ.get("SNOWFLAKE_HOST") or os.environ.get("SNOWFLAKE_ACCOUNT") or "an account that is not set"
    port = os.environ.get("SNOWFLAKE_PORT")
    return (
        f"Snowflake at {where}{f':{port}' if port else ''} does not answer: {getattr(error, 'raw_msg', None) or error}"
    )
