"""Large results in chunks, as Snowflake sends them: the first with the answer, the others when clients ask for them.

Each has an address that cannot be guessed and needs no token. It is made when it is fetched, from the result that the
server keeps, so that neither side ever holds more than a few of them. An address ends with its result: when
``RESULTS_KEPT`` newer large ones, or ones of ``BYTES_KEPT`` together, have come.
"""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
from fakesnow.rowtype import ColumnInfo

from lab_snowflake import results
from lab_snowflake.recent import Recent

CHUNK_BYTES = 4 * 2**20
RESULTS_KEPT = 20
BYTES_KEPT = 256 * 2**20
PATH = "/results/{token}/{number:int}"


@dataclass(frozen=True, slots=True)
class Result:
    """Rows and how many of them are a chunk."""

    table: pa.Table
    columns: list[ColumnInfo]
    rows: int

    @property
    def sizes(self) -> list[int]:
        """The number of rows of each chunk."""
        whole, rest = divmod(self.table.num_rows, self.rows)
        return [self.rows] * whole + [rest] * (rest > 0)

    def chunk(self, number: int) -> pa.Buffer:
        """The chunk as an Arrow stream in Snowflake's layout."""
        return results.to_wire(self.table.slice(number * self.rows, self.rows), self.columns)


@dataclass
class Chunks:
    """The large results that clients may still fetch."""

    _kept: Recent[Result] = field(default_factory=lambda: Recent(RESULTS_KEPT, BYTES_KEPT, _bytes))
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def cut(self, table: pa.Table, columns: list[ColumnInfo], address: str) -> dict[str, Any]:
        """The part of an answer that carries ``table``: its rows, or the first of them and where the others are.

        Args:
            address: the server's, as the client knows it.
        """
        table = results.with_whole_numbers(table)
        if table.nbytes <= CHUNK_BYTES:
            return {results.ROWS: results.to_wire(table, columns)}
        result = Result(table, columns, max(1, table.num_rows * CHUNK_BYTES // table.nbytes))
        token, size = secrets.token_urlsafe(32), table.nbytes * result.rows // table.num_rows
        with self._guard:
            self._kept[token] = result
        others = [
            {
                "url": f"{address}/results/{token}/{number}",
                "rowCount": rows,
                "uncompressedSize": size,
                "compressedSize": size,
            }
            for number, rows in enumerate(result.sizes)
            if number > 0
        ]
        return {results.ROWS: result.chunk(0), "chunks": others, "chunkHeaders": {}}

    def find(self, token: str, number: int) -> pa.Buffer | None:
        """The chunk; None where there is none, or none any more."""
        with self._guard:
            result = self._kept.get(token)
        return None if result is None or number >= len(result.sizes) else result.chunk(number)


def _bytes(result: Result) -> int:
    return int(result.table.nbytes)
