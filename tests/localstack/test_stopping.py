"""LocalStack stops when it is told to, whatever its event loop is doing."""

import asyncio
import threading
import time
from concurrent.futures import Future
from unittest.mock import patch

import pytest
from lab_localstack import stopping
from localstack.runtime.server.hypercorn import HypercornRuntimeServer

PATIENCE_SECONDS = 10


@pytest.fixture
def server() -> HypercornRuntimeServer:
    asyncio.set_event_loop(asyncio.new_event_loop())
    return HypercornRuntimeServer()


def test_a_loop_that_waits_when_it_is_told_to_stop_stops(server: HypercornRuntimeServer) -> None:
    """Between what LocalStack gives the loop to do and its stop the loop is let go idle: the moment that hung it."""
    stopping.mend()
    ended: Future[None] = Future()

    def run() -> None:
        server.run()
        ended.set_result(None)

    threading.Thread(target=run, daemon=True).start()
    with patch.object(server.loop, "shutdown_default_executor", lambda: time.sleep(0.5)):
        server.shutdown()
    ended.result(PATIENCE_SECONDS)
