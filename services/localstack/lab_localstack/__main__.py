"""Run LocalStack with this plugin: `python -m lab_localstack`; `start` sets the environment that it needs."""

import os
import socket
import sys
import traceback
from typing import NoReturn

from lab_localstack import python311


def require_free(address: str) -> None:
    """Exit with a sentence when somebody listens on `host:port`: LocalStack would say "Ready." and serve nothing."""
    host, _, port = address.rpartition(":")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, int(port)))
        except OSError as error:
            sys.exit(
                f"LocalStack cannot listen on {address}: {error.strerror}. "
                "Stop what listens there, or change AWS_ENDPOINT_URL in the profile; then: make up"
            )


def main() -> NoReturn:
    """Run until SIGTERM or SIGINT.

    Once LocalStack has stopped everything, the process ends at once. Python would wait for the threads of requests that
    came in during the stop, and they wait for ever for a loop that no longer runs.
    """
    require_free(os.environ["GATEWAY_LISTEN"])
    python311.mend()
    from localstack.runtime.main import main as run

    from lab_localstack import stopping

    stopping.mend()

    code = 1
    try:
        run()
    except SystemExit as stopped:
        code = stopped.code if isinstance(stopped.code, int) else 0
    except Exception:
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
