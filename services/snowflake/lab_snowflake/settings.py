"""The server's settings, all from the environment (the profile's)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the server listens, whom it lets in and where it keeps its files."""

    host: str
    port: int
    user: str
    password: str
    state: Path
    certificate: Path | None

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """Read ``SNOWFLAKE_PORT``, ``SNOWFLAKE_USER``, ``SNOWFLAKE_PASSWORD``, ``LAB_VAR`` and ``LAB_LISTEN``.

        The server speaks TLS with ``LAB_VAR/tls/server.pem`` (key and certificate); ``SNOWFLAKE_PROTOCOL=http`` turns
        that off.

        Raises:
            ValueError: a setting is missing or senseless; the message names it.
        """
        var = Path(_required(environment, "LAB_VAR"))
        protocol = environment.get("SNOWFLAKE_PROTOCOL", "https")
        if protocol not in ("http", "https"):
            raise ValueError(f"SNOWFLAKE_PROTOCOL={protocol} is neither http nor https.")
        return cls(
            host=environment.get("LAB_LISTEN", "127.0.0.1"),
            port=_port(_required(environment, "SNOWFLAKE_PORT")),
            user=_required(environment, "SNOWFLAKE_USER"),
            password=_required(environment, "SNOWFLAKE_PASSWORD"),
            state=var / "snowflake",
            certificate=var / "tls" / "server.pem" if protocol == "https" else None,
        )


def _required(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name)
    if not value:
        raise ValueError(f"{name} is not set; the profile (profiles/local.env) gives it.")
    return value


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65_536:
        raise ValueError(f"SNOWFLAKE_PORT={text} is no port; a number from 1 to 65535 is.")
    return int(text)
