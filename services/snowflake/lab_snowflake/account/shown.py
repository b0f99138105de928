"""SHOW USERS, ROLES, WAREHOUSES, RESOURCE MONITORS, INTEGRATIONS, GRANTS; DESCRIBE of a user, integration, warehouse.

Columns are Snowflake's; of a warehouse that never runs, those about its load are left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from duckdb import DuckDBPyConnection

from lab_snowflake.account import grants, objects, storage_integrations, users
from lab_snowflake.account.current import Current
from lab_snowflake.account.objects import AccountObject
from lab_snowflake.rows import rows_sql
from lab_snowflake.words import Words, like

OWNER = "ACCOUNTADMIN"
SIZES = {"XSMALL": "X-Small", "SMALL": "Small", "MEDIUM": "Medium", "LARGE": "Large", "XLARGE": "X-Large"}

SHOWN = (
    "USERS",
    "ROLES",
    "WAREHOUSES",
    "RESOURCE MONITORS",
    *(f"{kind}S" for kind in objects.INTEGRATIONS),
    "INTEGRATIONS",
)

Row = dict[str, Any]


def show(duck: DuckDBPyConnection, words: Words, current: Current, place: tuple[str, str]) -> str | None:
    """SQL of what a SHOW of the account answers; None when it shows something else. ``place``: database, schema."""
    words.take("TERSE")
    if words.take("GRANTS"):
        return _grants(duck, words, current, place)
    if words.take("FUTURE", "GRANTS"):
        return _future_grants(duck, words, place)
    shown = words.one_of(*SHOWN)
    if shown is None:
        return None
    kind = "INTEGRATION" if shown.endswith("INTEGRATIONS") else shown.removesuffix("S")
    describe = _DESCRIBE[kind]
    rows = [describe(each, current) for each in objects.every(duck, kind)]
    if kind == "INTEGRATION" and shown != "INTEGRATIONS":
        rows = [row for row in rows if row["category"] == shown.split(maxsplit=1)[0]]
    return _sql(describe(AccountObject(kind, "", datetime.now(UTC)), current), _chosen(rows, words))


def describe(duck: DuckDBPyConnection, words: Words) -> str | None:
    """SQL of what DESCRIBE of a user, integration or warehouse answers; None when it describes something else."""
    kind = words.one_of(*objects.INTEGRATIONS, "INTEGRATION", "WAREHOUSE", "USER")
    if kind is None:
        return None
    found = objects.require(duck, kind if kind in ("WAREHOUSE", "USER") else "INTEGRATION", words.name())
    words.end()
    match found.said_as:
        case "WAREHOUSE":
            rows: list[Row] = [{"created_on": found.created, "name": found.name, "kind": "WAREHOUSE"}]
            return _sql(rows[0], rows)
        case "USER":
            rows = [*users.described(found.name, found.properties)]
            return _sql(rows[0], rows)
        case "STORAGE INTEGRATION":
            rows = [*storage_integrations.described(found.properties)]
            return _sql(rows[0], rows)
    names = ("property", "property_type", "property_value", "property_default")
    rows = [dict(zip(names, (name, "String", value, ""), strict=True)) for name, value in found.properties.items()]
    return _sql(dict.fromkeys(names, ""), rows)


def _role(role: AccountObject, current: Current) -> Row:
    return {
        "created_on": role.created,
        "name": role.name,
        "is_default": _yes(role.name == OWNER),
        "is_current": _yes(role.name == current.role),
        "is_inherited": _yes(role.name != OWNER and current.role == OWNER),
        "owner": "" if role.name in objects.BUILT_IN_ROLES else OWNER,
        "comment": role.property("COMMENT"),
    }


def _user(user: AccountObject, _current: Current) -> Row:
    return {
        "name": user.name,
        "created_on": user.created,
        "login_name": user.name,
        "display_name": user.property("DISPLAY_NAME") or user.name,
        "email": user.property("EMAIL"),
        "comment": user.property("COMMENT"),
        "disabled": user.property("DISABLED").lower() or "false",
        "default_warehouse": user.property("DEFAULT_WAREHOUSE"),
        "default_role": user.property("DEFAULT_ROLE"),
        "owner": OWNER,
        "type": user.property("TYPE"),
        "has_rsa_public_key": str(any(user.property(key) for key in users.KEYS)).lower(),
    }


def _warehouse(warehouse: AccountObject, current: Current) -> Row:
    size = warehouse.property("WAREHOUSE_SIZE")
    return {
        "name": warehouse.name,
        "state": "SUSPENDED" if warehouse.property("INITIALLY_SUSPENDED") == "TRUE" else "STARTED",
        "type": warehouse.property("WAREHOUSE_TYPE"),
        "size": SIZES.get(size.upper().replace("-", ""), size),
        "min_cluster_count": int(warehouse.property("MIN_CLUSTER_COUNT") or 1),
        "max_cluster_count": int(warehouse.property("MAX_CLUSTER_COUNT") or 1),
        "is_default": "N",
        "is_current": _yes(warehouse.name == current.warehouse),
        "auto_suspend": _number(warehouse.property("AUTO_SUSPEND")),
        "auto_resume": warehouse.property("AUTO_RESUME").lower(),
        "created_on": warehouse.created,
        "owner": OWNER,
        "comment": warehouse.property("COMMENT"),
        "resource_monitor": warehouse.property("RESOURCE_MONITOR"),
        "scaling_policy": warehouse.property("SCALING_POLICY"),
    }


def _monitor(monitor: AccountObject, _current: Current) -> Row:
    triggers = re.findall(r"(\S+%):(\S+)", monitor.property("TRIGGERS"))

    def at(action: str) -> str:
        return ",".join(percent for percent, does in triggers if does == action)

    return {
        "name": monitor.name,
        "credit_quota": monitor.property("CREDIT_QUOTA"),
        "used_credits": "0.00",
        "remaining_credits": monitor.property("CREDIT_QUOTA"),
        "frequency": monitor.property("FREQUENCY"),
        "start_time": monitor.property("START_TIMESTAMP"),
        "end_time": monitor.property("END_TIMESTAMP"),
        "notify_at": at("NOTIFY"),
        "suspend_at": at("SUSPEND"),
        "suspend_immediately_at": at("SUSPEND_IMMEDIATE"),
        "created_on": monitor.created,
        "owner": OWNER,
        "notify_users": monitor.property("NOTIFY_USERS"),
    }


def _integration(integration: AccountObject, _current: Current) -> Row:
    kind = integration.property("TYPE")
    category = {"EXTERNAL_STAGE": "STORAGE", "QUEUE": "NOTIFICATION", "EMAIL": "NOTIFICATION"}.get(kind, "SECURITY")
    return {
        "name": integration.name,
        "type": kind,
        "category": "API" if "API_PROVIDER" in integration.properties else category,
        "enabled": integration.property("ENABLED").lower(),
        "comment": integration.property("COMMENT"),
        "created_on": integration.created,
    }


_DESCRIBE: dict[str, Callable[[AccountObject, Current], Row]] = {
    "USER": _user,
    "ROLE": _role,
    "WAREHOUSE": _warehouse,
    "RESOURCE MONITOR": _monitor,
    "INTEGRATION": _integration,
}


def _grants(duck: DuckDBPyConnection, words: Words, current: Current, place: tuple[str, str]) -> str:
    if words.take("OF", "ROLE"):
        role = objects.require(duck, "ROLE", words.name()).name
        rows = _stored(duck, "\"on\" = 'ROLE' AND name = ?", [role])
        return _sql(_of_role(role, _EMPTY_GRANT), [_of_role(role, row) for row in rows])
    if words.take("ON"):
        kind = words.one_of(*grants.NAMED) or words.word()
        name = grants.full(kind, words.name(), *place) if words else "LAB"
        rows = _stored(duck, '"on" = ? AND name = ?', [kind, name])
    elif words.take("TO", "USER"):
        rows = _stored(duck, "\"to\" = 'USER' AND grantee = ?", [words.name()])
    else:
        words.take("TO", "ROLE")
        role = words.name() if words else current.role
        rows = _stored(duck, "\"to\" = 'ROLE' AND grantee = ?", [objects.require(duck, "ROLE", role).name])
    words.end()
    return _sql(_EMPTY_GRANT, [row for row in rows if not row["granted_on"].startswith("FUTURE ")])


def _future_grants(duck: DuckDBPyConnection, words: Words, place: tuple[str, str]) -> str:
    if words.take("TO", "ROLE"):
        rows = _stored(duck, "grantee = ?", [words.name()])
    else:
        if not words.take("IN"):
            raise words.unexpected()
        kind = words.one_of("SCHEMA", "DATABASE") or words.word()
        rows = _stored(duck, "name = ?", [grants.full(kind, words.name(), *place)])
    future = [row for row in rows if row["granted_on"].startswith("FUTURE ")]
    return _sql(_EMPTY_GRANT, [_to_come(row) for row in future])


def _of_role(role: str, row: Row) -> Row:
    """A row of SHOW GRANTS OF ROLE."""
    kept = ("granted_to", "grantee_name", "granted_by")
    return {"created_on": row["created_on"], "role": role, **{name: row[name] for name in kept}}


def _to_come(row: Row) -> Row:
    """A row of SHOW FUTURE GRANTS."""
    kind = row["granted_on"].removeprefix("FUTURE ")
    return {**row, "granted_on": kind, "name": f"{row['name']}.<{kind}>"}


_EMPTY_GRANT: Row = {
    "created_on": datetime(1970, 1, 1, tzinfo=UTC),
    "privilege": "",
    "granted_on": "",
    "name": "",
    "granted_to": "",
    "grantee_name": "",
    "grant_option": "",
    "granted_by": "",
}


def _stored(duck: DuckDBPyConnection, condition: str, values: list[str]) -> list[Row]:
    rows = duck.execute(
        f'SELECT epoch_us(created), privilege, "on", name, "to", grantee, with_option FROM {grants.TABLE} '  # noqa: S608
        f'WHERE {condition} ORDER BY "on", name, privilege, grantee',
        values,
    ).fetchall()
    return [
        dict(
            zip(
                _EMPTY_GRANT,
                [datetime.fromtimestamp(created / 1e6, UTC), *texts, str(option).lower(), OWNER],
                strict=True,
            )
        )
        for created, *texts, option in rows
    ]


def _chosen(rows: list[Row], words: Words) -> list[Row]:
    """Those that LIKE, STARTS WITH and LIMIT leave."""
    if words.take("LIKE"):
        pattern = like(words.value())
        rows = [row for row in rows if pattern.fullmatch(row["name"])]
    if words.take("STARTS", "WITH"):
        start = words.value()
        rows = [row for row in rows if row["name"].startswith(start)]
    if words.take("LIMIT"):
        rows = rows[: int(words.value())]
    words.end()
    return rows


def _sql(example: Row, rows: list[Row]) -> str:
    """SQL of ``rows``, which have the columns and types of ``example``."""
    kinds = {datetime: "TIMESTAMPTZ", int: "BIGINT"}
    columns = [(f'"{name}"', kinds.get(type(value), "VARCHAR")) for name, value in example.items()]
    return rows_sql(columns, [tuple(_plain(value) for value in row.values()) for row in rows])


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _yes(condition: bool) -> str:
    return "Y" if condition else "N"


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0
