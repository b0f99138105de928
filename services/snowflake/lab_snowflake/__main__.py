"""Serve the local warehouse until told to stop: ``python -m lab_snowflake``."""

from __future__ import annotations

import logging
import os
import sys
import warnings

import uvicorn

from lab_snowflake import certificates
from lab_snowflake.instance import Warehouse
from lab_snowflake.server import app
from lab_snowflake.settings import Settings

KEEP_ALIVE_SECONDS = 600
"""Longer than clients keep a connection: one closed under a request makes them send it again."""


def main() -> int:
    """Run the server; the exit code is for supervisord."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    warnings.filterwarnings("ignore", "Arrow output on a DB-API result", UserWarning)  # fakesnow's way to fetch
    logging.getLogger("botocore").setLevel(logging.WARNING)
    logging.getLogger("sqlglot").setLevel(logging.ERROR)  # warns of every clause DuckDB lacks
    try:
        settings = Settings.from_environment()
    except ValueError as error:
        print(f"The local warehouse cannot start: {error}", file=sys.stderr)
        return 2
    if settings.certificate is not None:
        certificates.ensure(settings.certificate.parent, os.environ)
    warehouse = Warehouse(settings.state)
    try:
        uvicorn.run(
            app(warehouse, settings),
            host=settings.host,
            port=settings.port,
            ssl_certfile=settings.certificate,
            log_config=None,
            access_log=False,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=5,
        )
    finally:
        warehouse.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
