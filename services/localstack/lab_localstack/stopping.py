"""LocalStack hears that it is to stop.

Its server stops its event loop from another thread without waking it: a loop that waits just then for something to
happen goes on waiting, until the next request comes or whoever asked loses patience and kills it.
"""

from localstack.runtime.server.hypercorn import HypercornRuntimeServer

_stock_shutdown = HypercornRuntimeServer.shutdown


def mend() -> None:
    """Have the loop woken when it is to stop."""
    HypercornRuntimeServer.shutdown = _shutdown


def _shutdown(server: HypercornRuntimeServer) -> None:
    _stock_shutdown(server)
    server.loop.call_soon_threadsafe(server.loop.stop)
