"""Where a statement runs that reads files: what it takes from its session."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from duckdb import DuckDBPyConnection

if TYPE_CHECKING:
    from lab_snowflake.copying.plan import Load
    from lab_snowflake.lengths.declared import Lengths
    from lab_snowflake.lengths.kept import KeptLengths
    from lab_snowflake.staging.files import StagedFile


@dataclass(frozen=True, slots=True)
class Place:
    """The session's connection and defaults, a second connection to look into files by, and the server's folders."""

    duck: DuckDBPyConnection
    second: DuckDBPyConnection
    database: str
    schema: str
    user: str
    stages: Path
    scratch: Path
    after_commit: Callable[[Callable[[], None]], None]
    session_id: int
    lengths: KeptLengths
    own_lengths: Mapping[str, Lengths]
    """Of the session's temporary tables."""
    note: Callable[[Load, list[StagedFile]], None]
    """Takes down what a COPY is about to load."""
