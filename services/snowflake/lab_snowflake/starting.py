"""What the server needs before it can start: its settings, its files, its port. What is wrong is told in a sentence."""

from __future__ import annotations

import errno
import re
import socket

import duckdb

from lab_snowflake.instance import Warehouse
from lab_snowflake.settings import Settings


class CannotStart(Exception):
    """Something stands in the way: what it is, and what to do."""


def configured() -> Settings:
    """The settings.

    Raises:
        CannotStart: one is missing or senseless.
    """
    try:
        return Settings.from_environment()
    except ValueError as error:
        raise CannotStart(str(error)) from error


def opened(settings: Settings) -> Warehouse:
    """The warehouse of the settings' state.

    Raises:
        CannotStart: another server has its files open, or they cannot be read or written.
    """
    try:
        return Warehouse(settings.state)
    except duckdb.IOException as error:
        if holder := re.search(r"Conflicting lock is held in .*\(PID (\d+)\)", str(error)):
            raise CannotStart(
                f"another server (process {holder[1]}) has the files in {settings.state} open. "
                f"Stop it (make down, or kill {holder[1]}), or set LAB_VAR to another folder."
            ) from error
        raise CannotStart(f"the files in {settings.state} cannot be opened: {error}") from error


def listening(settings: Settings) -> socket.socket:
    """A socket on the settings' address, to which clients can connect from now on.

    Raises:
        CannotStart: the port is taken, or the address is not this machine's.
    """
    host, port = settings.host, settings.port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # only on a socket that says TCP does asyncio send at once; else each answer waits 40 ms for an acknowledgement
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen()
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise CannotStart(
                f"port {port} of {host} is taken by another program. Stop that program (make down, if it is the lab), "
                "or set SNOWFLAKE_PORT in the profile to a free port."
            ) from error
        raise CannotStart(f"it cannot listen on {host}, port {port}: {error.strerror}.") from error
    return listener
