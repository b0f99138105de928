"""The warehouse behind all sessions: fakesnow over DuckDB files, so that what was committed outlives the process."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

import duckdb
from fakesnow import info_schema, macros
from fakesnow.instance import GLOBAL_DATABASE_NAME
from fakesnow.transforms import show

from lab_snowflake import aggregates, namespaces, quotients, timezones
from lab_snowflake.account import grants, objects
from lab_snowflake.account.objects import AccountObject
from lab_snowflake.catalog import kept
from lab_snowflake.connection import LabConnection
from lab_snowflake.copying.past import Copies
from lab_snowflake.history import History
from lab_snowflake.keys import kept as keys
from lab_snowflake.lengths import checked
from lab_snowflake.lengths import kept as lengths
from lab_snowflake.parameters import Parameters
from lab_snowflake.recent import Recent
from lab_snowflake.session import Session
from lab_snowflake.staging import access
from lab_snowflake.transactions import WriteLock

RESULTS_KEPT = 1000
RESULT_BYTES_KEPT = 256 * 2**20
"""Results by query id, for RESULT_SCAN: a long-lived server would keep them all."""
MEMORY_LIMIT = "1GB"
"""For DuckDB, which would take most of the machine's; what does not fit goes to disk."""


class Warehouse:
    """Databases below ``state``, each a DuckDB file of its own (``MEDIA_STREAM.0a1b2c3d.db``)."""

    def __init__(self, state: Path, lock: WriteLock | None = None) -> None:
        aggregates.install()
        lengths.install()
        timezones.install()
        self._databases = state / "databases"
        self._databases.mkdir(parents=True, exist_ok=True)
        self.scratch = state / "scratch"
        self.stages = state / "stages"
        self._lock = lock or WriteLock()
        self.results: Recent[tuple[Any, ...]] = Recent(RESULTS_KEPT, RESULT_BYTES_KEPT, _bytes)
        self._history, self._copies = History(), Copies()
        self._sessions: WeakValueDictionary[int, Session] = WeakValueDictionary()
        self._duck = duckdb.connect(
            ":memory:",
            config={
                "lambda_syntax": "ENABLE_SINGLE_ARROW",  # what sqlglot writes for DuckDB
                "memory_limit": MEMORY_LIMIT,
                "temp_directory": str(state / "spill"),
                "autoinstall_known_extensions": "false",
                "autoload_known_extensions": "false",
            },
        )
        self._duck.execute("SET enable_external_file_cache = false")
        self._duck.execute("SET GLOBAL TimeZone = 'UTC'")
        self._duck.execute("SET GLOBAL ieee_floating_point_ops = false")  # a FLOAT divided by zero is an error
        self._attach(GLOBAL_DATABASE_NAME, state / "account.db")
        self._duck.execute(info_schema.fs_global_creation_sql())
        self._duck.execute(show.fs_global_creation_sql())
        lengths.create_views(self._duck)
        checked.create_macros(self._duck)
        quotients.create_macros(self._duck)
        self._lengths = lengths.KeptLengths(self._duck)
        self._duck.execute(macros.creation_sql("memory"))  # for sessions without a database
        objects.create_table(self._duck)
        grants.create_table(self._duck)
        access.create_table(self._duck)
        keys.create_table(self._duck)
        kept.create_table(self._duck)
        for path in sorted(self._databases.glob("*.db")):
            name = path.name.partition(".")[0]
            self._attach(name, path)
            namespaces.complete(self._duck, name)

    def connect(self, database: str | None, schema: str | None, parameters: dict[str, Any]) -> Session:
        """Open a session, in the schema PUBLIC unless another one is named.

        A database or schema that does not exist is no error until it is used, as on Snowflake.
        """
        connection = LabConnection(
            self._duck.cursor(),
            self.results,
            database,
            schema or namespaces.PUBLIC,
            create_database=False,
            create_schema=False,
            db_path=self._databases,
        )
        if schema is None and not connection.schema_set:
            connection._schema = None
        connection.history, connection.copies = self._history, self._copies
        connection.lengths = self._lengths
        connection.stages, connection.scratch = self.stages, self.scratch
        return Session(connection, self._lock, Parameters(parameters), self._sessions)

    def ensure_user(self, name: str) -> None:
        """Make the user ``name`` if it is not there."""
        objects.ensure_user(self._duck.cursor(), name)

    def user(self, name: str) -> AccountObject | None:
        """The user of this name."""
        return objects.find(self._duck.cursor(), "USER", name)

    def close(self) -> None:
        """Write everything to the files and let go of them."""
        self._duck.close()

    def _attach(self, name: str, path: Path) -> None:
        location = str(path).replace("'", "''")
        self._duck.execute(f"ATTACH IF NOT EXISTS '{location}' AS \"{name}\"")


def _bytes(result: tuple[Any, ...]) -> int:
    """Of a result as the stock cursor keeps it, whose first part is the table, if it has one."""
    return 0 if result[0] is None else int(result[0].nbytes)
