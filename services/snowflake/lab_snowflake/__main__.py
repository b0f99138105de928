"""Serve the local warehouse until told to stop: ``python -m lab_snowflake``."""

from __future__ import annotations

import logging
import os
import sys
import warnings
from contextlib import suppress

import uvicorn

from lab_snowflake import certificates, starting
from lab_snowflake.instance import Warehouse
from lab_snowflake.server import app
from lab_snowflake.settings import Settings
from lab_snowflake.starting import CannotStart

KEEP_ALIVE_SECONDS = 600
"""Longer than clients keep a connection: one closed under a request makes them send it again."""


def main() -> int:
    """Run the server; the exit code is for supervisord."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    warnings.filterwarnings("ignore", "Arrow output on a DB-API result", UserWarning)  # fakesnow's way to fetch
    logging.getLogger("botocore").setLevel(logging.WARNING)
    logging.getLogger("sqlglot").setLevel(logging.ERROR)  # warns of every clause DuckDB lacks
    try:
        settings = starting.configured()
        warehouse = starting.opened(settings)
        try:
            serve(warehouse, settings)
        finally:
            warehouse.close()
    except CannotStart as error:
        print(f"The local warehouse cannot start: {error}", file=sys.stderr)
        return 2
    return 0


def serve(warehouse: Warehouse, settings: Settings) -> None:
    """Answer clients until told to stop.

    Raises:
        CannotStart: it cannot listen on the settings' address.
    """
    if settings.certificate is not None:
        certificates.ensure(settings.certificate.parent, os.environ)
    with starting.listening(settings) as listener:
        config = uvicorn.Config(
            app(warehouse, settings),
            ssl_certfile=settings.certificate,
            log_config=None,
            access_log=False,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=5,
        )
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    sys.exit(main())
