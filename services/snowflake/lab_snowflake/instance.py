"""The warehouse behind all sessions: fakesnow over DuckDB files, so that what was committed outlives the process."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path
from typing import Any
from weakref import WeakValueDictionary

import duckdb
from fakesnow import info_schema, macros
from fakesnow.instance import GLOBAL_DATABASE_NAME
from fakesnow.transforms import show, stage

from lab_snowflake import aggregates, load_history
from lab_snowflake.parameters import Parameters
from lab_snowflake.session import LabConnection, Session
from lab_snowflake.transactions import WriteLock

RESULTS_KEPT = 20
MEMORY_LIMIT = "1GB"
"""For DuckDB, which would take most of the machine's; what does not fit goes to disk."""


class RecentResults(OrderedDict[str, tuple[Any, ...]]):
    """Results by query id, for RESULT_SCAN; the oldest make room, or a long-lived server would keep them all."""

    def __setitem__(self, query_id: str, result: tuple[Any, ...]) -> None:
        super().__setitem__(query_id, result)
        while len(self) > RESULTS_KEPT:
            self.popitem(last=False)


class Warehouse:
    """Databases below ``state``, each a DuckDB file of its own (``MEDIA_STREAM.db``)."""

    def __init__(self, state: Path, lock: WriteLock | None = None) -> None:
        aggregates.install()
        self._databases = state / "databases"
        self._databases.mkdir(parents=True, exist_ok=True)
        self._scratch = state / "scratch"
        stage.LOCAL_BUCKET_PATH = str(state / "stages")
        self._lock = lock or WriteLock()
        self.results = RecentResults()
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
        self._attach(GLOBAL_DATABASE_NAME, state / "account.db")
        self._duck.execute(info_schema.fs_global_creation_sql())
        self._duck.execute(show.fs_global_creation_sql())
        self._duck.execute(macros.creation_sql("memory"))  # for sessions without a database
        for path in sorted(self._databases.glob("*.db")):
            self._attach(path.stem, path)
            load_history.create(self._duck, path.stem)

    def connect(self, database: str | None, schema: str | None, parameters: dict[str, Any]) -> Session:
        """Open a session. A database or schema that does not exist is no error until it is used, as on Snowflake."""
        connection = LabConnection(
            self._duck.cursor(),
            self.results,
            database,
            schema,
            create_database=False,
            create_schema=False,
            db_path=self._databases,
        )
        return Session(connection, self._lock, Parameters(parameters), self._scratch, self._sessions)

    def close(self) -> None:
        """Write everything to the files and let go of them."""
        self._duck.close()

    def _attach(self, name: str, path: Path) -> None:
        location = str(path).replace("'", "''")
        self._duck.execute(f"ATTACH IF NOT EXISTS '{location}' AS \"{name}\"")
