"""A server to measure: a process on a free port of loopback, its state in a folder of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import snowflake.connector
from snowflake.connector import SnowflakeConnection
from snowflake.connector.errors import Error

from scripts import environments, paths
from scripts.errors import LabError
from scripts.supervisor import tail_of

OURS, STOCK = "warehouse", "stock"
KINDS = (OURS, STOCK)
"""The lab's warehouse, and fakesnow's own server, of the same packages."""

_STOCK_PROGRAM = (
    "import sys, uvicorn; from fakesnow.server import app; uvicorn.run(app, port=int(sys.argv[1]), log_level='error')"
)
READY_WITHIN_SECONDS = 60
STATEMENT_SECONDS = 600
MEMORY_INTERVAL_SECONDS = 0.25


class Server:
    """A running server; ``peak_bytes`` is the most memory (PSS) it was seen to have."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self.port = port
        self.peak_bytes = 0
        self._process = psutil.Process(process.pid)
        threading.Thread(target=self._watch, daemon=True, name="memory-watch").start()

    def connect(self) -> SnowflakeConnection:
        """A session; it gives up after ten minutes, for the connector would try again for longer."""
        return snowflake.connector.connect(
            account="lab",
            user="lab",
            password="lab",  # noqa: S106
            host="127.0.0.1",
            port=self.port,
            protocol="http",
            login_timeout=10,
            network_timeout=STATEMENT_SECONDS,
            session_parameters={"CLIENT_OUT_OF_BAND_TELEMETRY_ENABLED": False},
        )

    def _watch(self) -> None:
        try:
            while True:
                self.peak_bytes = max(self.peak_bytes, self._process.memory_full_info().pss)
                time.sleep(MEMORY_INTERVAL_SECONDS)
        except psutil.Error:  # it has ended
            return


@contextmanager
def running(kind: str, folder: Path) -> Iterator[tuple[Server, float]]:
    """A server of ``kind`` that has answered its first query, and the seconds that took; it ends with the block.

    Raises:
        LabError: it ended, or did not answer in time.
    """
    folder.mkdir()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    started = time.monotonic()
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(_command(kind, port), env=_environment(folder, port), stdout=log, stderr=log)
    try:
        server = Server(process, port)
        _wait(process, server, kind, folder / "log")
        yield server, time.monotonic() - started
    finally:
        process.kill()  # a stop would write what nobody reads again
        process.wait()


def _command(kind: str, port: int) -> list[str]:
    if kind == OURS:
        return [str(paths.ROOT / "services" / "snowflake" / "start")]
    return [str(environments.python("snowflake")), "-c", _STOCK_PROGRAM, str(port)]


def _environment(folder: Path, port: int) -> dict[str, str]:
    place = {"LAB_VAR": str(folder), "LAB_ENVS": str(paths.envs()), "SNOWFLAKE_PORT": str(port)}
    login = {"SNOWFLAKE_USER": "lab", "SNOWFLAKE_PASSWORD": "lab", "SNOWFLAKE_PROTOCOL": "http"}
    return {**os.environ, **place, **login, "TMPDIR": str(folder)}


def _wait(process: subprocess.Popen[bytes], server: Server, kind: str, log: Path) -> None:
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", server.port)):
                time.sleep(0.02)
                continue
        try:
            with server.connect() as connection:
                connection.cursor().execute("SELECT 1")
        except Error as error:
            raise LabError(f"The server {kind!r} refused its first query: {error}") from error
        return
    raise LabError(f"The server {kind!r} did not start; the end of its log:\n{tail_of(log, 15)}")
