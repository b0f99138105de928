"""The role and the warehouse that a session uses: told on request, of no effect."""

from __future__ import annotations

from dataclasses import dataclass

from duckdb import DuckDBPyConnection
from snowflake.connector.errors import ProgrammingError

from lab_snowflake import errors
from lab_snowflake.account import objects
from lab_snowflake.account.objects import AccountObject
from lab_snowflake.rows import DONE
from lab_snowflake.words import Words

DEFAULT_ROLE = "ACCOUNTADMIN"


@dataclass(slots=True)
class Current:
    """What a session uses now."""

    account: str = ""
    user: str = ""
    role: str = DEFAULT_ROLE
    warehouse: str | None = None

    @classmethod
    def at_login(
        cls, duck: DuckDBPyConnection, account: str, user: AccountObject, role: str | None, warehouse: str | None
    ) -> Current:
        """What the client asks for, else the user's defaults; a warehouse that is not there is none, as on Snowflake.

        Raises:
            ProgrammingError: 390189, there is no such role.
        """
        role, warehouse = role or user.property("DEFAULT_ROLE"), warehouse or user.property("DEFAULT_WAREHOUSE")
        if role and objects.find(duck, "ROLE", role) is None:
            raise ProgrammingError(
                msg=f"Role '{role}' specified in the connect string does not exist or not authorized. Contact your "
                "local system administrator, or attempt to login with another role, e.g. PUBLIC.",
                errno=390_189,
                sqlstate="08001",
            )
        known = objects.find(duck, "WAREHOUSE", warehouse) if warehouse else None
        return cls(account, user.name, role or DEFAULT_ROLE, known.name if known else None)

    def use(self, duck: DuckDBPyConnection, words: Words) -> str | None:
        """``USE ROLE``, ``USE WAREHOUSE``, ``USE SECONDARY ROLES``; None when something else is used.

        Raises:
            ProgrammingError: 002043, it does not exist.
        """
        if words.take("SECONDARY", "ROLES"):
            words.one_of("ALL", "NONE")
            words.end()
            return DONE
        kind = words.one_of("ROLE", "WAREHOUSE")
        if kind is None:
            return None
        name = words.name()
        words.end()
        if objects.find(duck, kind, name) is None:
            raise errors.nothing_there(f"{kind} {name}")
        if kind == "ROLE":
            self.role = name
        else:
            self.warehouse = name
        return DONE
