"""How the files of an external stage are reached: by its storage integration, by its own keys, or by the server's.

Source: https://docs.snowflake.com/en/sql-reference/sql/create-stage
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from duckdb import DuckDBPyConnection
from snowflake.connector.errors import ProgrammingError
from sqlglot import Expr, exp

from lab_snowflake import errors, internals
from lab_snowflake.account import objects, storage_integrations
from lab_snowflake.account.objects import AccountObject
from lab_snowflake.staging import assumed
from lab_snowflake.staging.keys import OWN, Keys

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lab_snowflake.load_history import Table

TABLE = f"{internals.GLOBAL}._lab_stage_access"
STAGES = f"{internals.GLOBAL}._fs_stages"
"""The named stages, as the stock server keeps them."""

_SAME = "database_name = ? AND schema_name = ? AND name = ?"


@dataclass(frozen=True, slots=True)
class Said:
    """What a CREATE STAGE says of it; nothing for an internal one."""

    url: str
    integration: str
    keys: Keys

    @classmethod
    def of(cls, create: exp.Create) -> Said:
        """From the statement as it was parsed."""
        values = dict(_values(create))
        names = ("AWS_KEY_ID", "AWS_SECRET_KEY", "AWS_TOKEN")
        keys = Keys(*(values.get(name) for name in names)) if "AWS_KEY_ID" in values else OWN
        return cls(values.get("URL") or "", values.get("STORAGE_INTEGRATION") or "", keys)


def create_table(duck: DuckDBPyConnection) -> None:
    """Make the place where it is kept. ``made`` tells a stage from another one of its name."""
    duck.execute(
        f"CREATE TABLE IF NOT EXISTS {TABLE} (database_name VARCHAR, schema_name VARCHAR, name VARCHAR, "
        "made TIMESTAMPTZ, integration VARCHAR, integration_made TIMESTAMPTZ, keys VARCHAR)"
    )


def require(duck: DuckDBPyConnection, said: Said) -> None:
    """Require that a stage can be made of what is said. Whether its files can be reached is seen when they are read.

    Raises:
        ProgrammingError: 002003, there is no such integration; 003127, it does not open the stage's URL; 001420, the
            stage has keys beside it, or no URL.
    """
    if not said.integration:
        return
    if said.keys is not OWN or not said.url:
        wrong = "beside CREDENTIALS" if said.keys is not OWN else "without URL"
        raise ProgrammingError(
            msg=f"SQL compilation error:\ninvalid property 'STORAGE_INTEGRATION' for 'STAGE', {wrong}.",
            errno=1420,
            sqlstate="42601",
        )
    found = _integration(duck, said.integration)
    storage_integrations.require_allowed(found.name, found.properties, said.url)


def keep(duck: DuckDBPyConnection, stage: Table, said: Said) -> None:
    """Note how the files of a stage that was just made are reached; forget it of stages that are gone."""
    duck.execute(
        f"DELETE FROM {TABLE} WHERE (database_name, schema_name, name, made) NOT IN "  # noqa: S608
        f"(SELECT (database_name, schema_name, name, created_on) FROM {STAGES})"
    )
    if not said.url:
        return
    names = [stage.database, stage.schema, stage.name]
    known = _integration(duck, said.integration) if said.integration else None
    duck.execute(
        f"INSERT INTO {TABLE} SELECT database_name, schema_name, name, created_on, ?, ?, ? FROM {STAGES} WHERE {_SAME}",  # noqa: S608
        [known and known.name, known and known.created, json.dumps(asdict(said.keys)), *names],
    )
    duck.execute(
        f"UPDATE {STAGES} SET storage_integration = ?, has_credentials = ? WHERE {_SAME}",  # noqa: S608
        [known and known.name, "N" if said.keys is OWN else "Y", *names],
    )


def keys(duck: DuckDBPyConnection, database: str, schema: str, name: str) -> Keys:
    """The keys by which the files of the stage are reached now.

    Raises:
        ProgrammingError: 002003, its integration is gone or was replaced; 003127 or 003128, it does not open the stage
            any more; 003167, its role does not let the server in.
    """
    found = duck.execute(
        f"SELECT s.url, a.integration, epoch_us(a.integration_made), a.keys FROM {TABLE} AS a "  # noqa: S608
        f"JOIN {STAGES} AS s USING (database_name, schema_name, name) WHERE a.made = s.created_on AND {_SAME}",
        [database, schema, name],
    ).fetchone()
    if found is None:
        return OWN
    url, integration, made, kept = found
    if integration is None:
        return Keys(**json.loads(kept))
    known = _integration(duck, integration)
    if round(known.created.timestamp() * 1e6) != made:
        raise errors.missing(f"Integration associated with the stage {name}, for {integration} was replaced since: it")
    storage_integrations.require_allowed(integration, known.properties, url)
    return of_integration(known)


def of_integration(integration: AccountObject) -> Keys:
    """Keys of the integration's role, for an hour.

    Raises:
        ProgrammingError: 003167, it does not let the server in.
    """
    return assumed.keys(integration.property("STORAGE_AWS_ROLE_ARN"), integration.property("STORAGE_AWS_EXTERNAL_ID"))


def _integration(duck: DuckDBPyConnection, name: str) -> AccountObject:
    found = objects.find(duck, "INTEGRATION", name)
    if found is None or found.said_as != "STORAGE INTEGRATION":
        raise errors.missing(f"Integration '{name}'")
    return found


def _values(create: exp.Create) -> Iterator[tuple[str, str]]:
    """The properties by name, those of CREDENTIALS among them; names as Snowflake stores them."""
    for each in create.find_all(exp.Property):
        value = each.args.get("value")
        if isinstance(each.this, exp.Var | exp.Identifier) and isinstance(value, Expr):
            is_plain = isinstance(value, exp.Literal) or bool(value.find(exp.Identifier))
            yield each.this.name.upper(), value.name if is_plain else value.name.upper()
