"""Users, roles, warehouses, resource monitors and integrations: made, changed, dropped, described.

Sources: https://docs.snowflake.com/en/sql-reference/sql/create-warehouse, create-role, create-user,
create-resource-monitor and create-storage-integration there.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime

from duckdb import DuckDBPyConnection
from snowflake.connector.errors import ProgrammingError

from lab_snowflake import errors, internals
from lab_snowflake.account import storage_integrations, users
from lab_snowflake.rows import DONE
from lab_snowflake.words import Words

TABLE = f"{internals.GLOBAL}._lab_account_objects"
BUILT_IN_ROLES = ("ACCOUNTADMIN", "ORGADMIN", "PUBLIC", "SECURITYADMIN", "SYSADMIN", "USERADMIN")

INTEGRATIONS = ("STORAGE INTEGRATION", "NOTIFICATION INTEGRATION", "API INTEGRATION", "SECURITY INTEGRATION")
KINDS = ("WAREHOUSE", "ROLE", "USER", "RESOURCE MONITOR", *INTEGRATIONS, "INTEGRATION")

STATES = ("SUSPEND", "RESUME IF SUSPENDED", "RESUME", "ABORT ALL QUERIES")
"""What ALTER WAREHOUSE may ask for besides its properties."""

PROPERTIES = {
    "WAREHOUSE": {
        "WAREHOUSE_SIZE": "X-Small",
        "WAREHOUSE_TYPE": "STANDARD",
        "MIN_CLUSTER_COUNT": "1",
        "MAX_CLUSTER_COUNT": "1",
        "SCALING_POLICY": "STANDARD",
        "AUTO_SUSPEND": "600",
        "AUTO_RESUME": "TRUE",
        "INITIALLY_SUSPENDED": "FALSE",
        "RESOURCE_MONITOR": "null",
        "COMMENT": "",
        "ENABLE_QUERY_ACCELERATION": "FALSE",
        "QUERY_ACCELERATION_MAX_SCALE_FACTOR": "8",
        "MAX_CONCURRENCY_LEVEL": "8",
        "STATEMENT_QUEUED_TIMEOUT_IN_SECONDS": "0",
        "STATEMENT_TIMEOUT_IN_SECONDS": "172800",
    },
    "ROLE": {"COMMENT": ""},
    "USER": dict.fromkeys((*users.SETTABLE, "PASSWORD"), ""),
    "STORAGE INTEGRATION": dict.fromkeys(storage_integrations.SETTABLE, ""),
    "RESOURCE MONITOR": {
        "CREDIT_QUOTA": "",
        "FREQUENCY": "MONTHLY",
        "START_TIMESTAMP": "IMMEDIATELY",
        "END_TIMESTAMP": "",
        "NOTIFY_USERS": "",
        "TRIGGERS": "",
    },
}
"""What may be said of each kind, with Snowflake's default. Integrations not of storage keep whatever is said."""


@dataclass(frozen=True, slots=True)
class AccountObject:
    """An object of the account; ``kind`` is one of ``KINDS``, every integration's INTEGRATION."""

    kind: str
    name: str
    created: datetime
    properties: dict[str, str] = field(default_factory=dict)

    @property
    def said_as(self) -> str:
        """The kind in full: STORAGE INTEGRATION."""
        return "STORAGE INTEGRATION" if self.properties.get("TYPE") == storage_integrations.TYPE else self.kind

    def property(self, name: str) -> str:
        """What was said of ``name``, else Snowflake's default of it."""
        return self.properties.get(name, PROPERTIES.get(self.kind, {}).get(name, ""))


def create_table(duck: DuckDBPyConnection) -> None:
    """Make the place where they are kept, with the roles that every account has."""
    duck.execute(
        f"CREATE TABLE IF NOT EXISTS {TABLE} (kind VARCHAR, name VARCHAR, created TIMESTAMPTZ, properties VARCHAR)"
    )
    for role in BUILT_IN_ROLES:
        if find(duck, "ROLE", role) is None:
            _store(duck, AccountObject("ROLE", role, datetime.now(UTC)))


def find(duck: DuckDBPyConnection, kind: str, name: str) -> AccountObject | None:
    """The object of this name."""
    return next((each for each in every(duck, kind) if each.name == name), None)


def every(duck: DuckDBPyConnection, kind: str) -> list[AccountObject]:
    """All objects of a kind, by name."""
    rows = duck.execute(
        f"SELECT name, epoch_us(created), properties FROM {TABLE} WHERE kind = ? ORDER BY name",  # noqa: S608
        [kind],
    ).fetchall()
    return [
        AccountObject(kind, name, datetime.fromtimestamp(created / 1e6, UTC), json.loads(properties))
        for name, created, properties in rows
    ]


def require(duck: DuckDBPyConnection, kind: str, name: str) -> AccountObject:
    """The object of this name.

    Raises:
        ProgrammingError: 002003, there is none.
    """
    if found := find(duck, kind, name):
        return found
    raise errors.missing(f"{kind.capitalize()} '{name}'")


def create(duck: DuckDBPyConnection, words: Words) -> str | None:
    """``CREATE [OR REPLACE] <kind> …``: what Snowflake says of it; None when it creates something else."""
    replace = words.take("OR", "REPLACE")
    if (said := words.one_of(*KINDS)) is None:
        return None
    kind, may_exist = _kind(said), words.take("IF", "NOT", "EXISTS")
    name = words.name()
    made = AccountObject(kind, name, datetime.now(UTC), _kept(said, {}, _properties(duck, said, words)))
    if find(duck, kind, name):
        if may_exist:
            return f"{name} already exists, statement succeeded."
        if not replace:
            raise errors.already_there(name)
        _delete(duck, kind, name)
    _store(duck, made)
    return f"{kind.capitalize()} {name} successfully created."


def alter(duck: DuckDBPyConnection, words: Words) -> str | None:
    """``ALTER <kind> …``: what Snowflake says of it; None when it alters something else."""
    if (said := words.one_of(*KINDS)) is None:
        return None
    kind, may_lack = _kind(said), words.take("IF", "EXISTS")
    name = words.name()
    if may_lack and find(duck, kind, name) is None:
        return DONE
    known = require(duck, kind, name)
    renamed, properties = name, dict(known.properties)
    if words.take("RENAME", "TO"):
        renamed = words.name()
        words.end()
    elif words.take("UNSET"):
        for unset in words.until():
            properties.pop(unset, None)
        properties = _kept(known.said_as, properties, {})
    elif kind == "WAREHOUSE" and (
        state := words.one_of("SUSPEND", "RESUME IF SUSPENDED", "RESUME", "ABORT ALL QUERIES")
    ):
        words.end()
        if state != "ABORT ALL QUERIES":
            properties["INITIALLY_SUSPENDED"] = str(state == "SUSPEND").upper()
    else:
        words.take("SET")
        properties = _kept(known.said_as, properties, _properties(duck, known.said_as, words))
    _delete(duck, kind, name)
    _store(duck, AccountObject(kind, renamed, known.created, properties))
    return DONE


def drop(duck: DuckDBPyConnection, words: Words) -> str | None:
    """``DROP <kind> …``: what Snowflake says of it; None when it drops something else."""
    if (said := words.one_of(*KINDS)) is None:
        return None
    kind, may_lack = _kind(said), words.take("IF", "EXISTS")
    name = words.name()
    words.end()
    if may_lack and find(duck, kind, name) is None:
        return "Drop statement executed successfully (already dropped)."
    require(duck, kind, name)
    if kind == "ROLE" and name in BUILT_IN_ROLES:
        raise ProgrammingError(
            msg=f"SQL access control error:\nRole '{name}' is the account's own and cannot be dropped.",
            errno=3001,
            sqlstate="42501",
        )
    _delete(duck, kind, name)
    return f"{name} successfully dropped."


def ensure_user(duck: DuckDBPyConnection, name: str) -> None:
    """Make the user if it is not there."""
    if find(duck, "USER", name) is None:
        _store(duck, AccountObject("USER", name, datetime.now(UTC)))


def _kept(said_as: str, known: dict[str, str], said: dict[str, str]) -> dict[str, str]:
    """The properties of an object of the kind ``said_as``, of which ``known`` was known, after ``said`` of it."""
    match said_as:
        case "USER":
            return users.kept(known, said)
        case "STORAGE INTEGRATION":
            return storage_integrations.kept(known, said)
    return known | said


def _kind(said: str) -> str:
    return "INTEGRATION" if said in INTEGRATIONS else said


def _properties(duck: DuckDBPyConnection, kind: str, words: Words) -> dict[str, str]:
    known, found = PROPERTIES.get(kind), dict[str, str]()
    while words:
        if words.one_of("WITH", ","):
            continue
        if kind == "RESOURCE MONITOR" and words.take("TRIGGERS"):
            found["TRIGGERS"] = " ".join(_triggers(words))
            continue
        if not words.is_next("=", 1):
            raise words.unexpected()
        name = words.word()
        words.take("=")
        if known is not None and name not in known:
            raise ProgrammingError(
                msg=f"SQL compilation error:\ninvalid property '{name}' for '{kind}'; {', '.join(known)} are valid.",
                errno=1420,
                sqlstate="42000",
            )
        found[name] = words.name() if name == "RESOURCE_MONITOR" else words.value()
    monitor = found.get("RESOURCE_MONITOR", "NULL")
    if monitor.upper() != "NULL":
        require(duck, "RESOURCE MONITOR", monitor)
    return found


def _triggers(words: Words) -> list[str]:
    """``ON 80 PERCENT DO NOTIFY`` …"""
    found = []
    while words.take("ON"):
        percent = words.value()
        if not words.take("PERCENT", "DO"):
            raise words.unexpected()
        action = words.one_of("SUSPEND_IMMEDIATE", "SUSPEND", "NOTIFY")
        if action is None:
            raise words.unexpected()
        found.append(f"{percent}%:{action}")
    return found


def _store(duck: DuckDBPyConnection, made: AccountObject) -> None:
    duck.execute(
        f"INSERT INTO {TABLE} VALUES (?, ?, ?, ?)",  # noqa: S608
        [made.kind, made.name, made.created, json.dumps(made.properties)],
    )


def _delete(duck: DuckDBPyConnection, kind: str, name: str) -> None:
    duck.execute(f"DELETE FROM {TABLE} WHERE kind = ? AND name = ?", [kind, name])  # noqa: S608
