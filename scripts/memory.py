"""How much memory the lab takes while a run goes on."""

from __future__ import annotations

import threading
from types import TracebackType

from scripts.runtime import Runtime

INTERVAL_SECONDS = 5.0


class MemoryWatch:
    """Samples the memory of all services in the background; ``peak`` is the most seen at once, in bytes."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self.first = 0
        self.peak = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True, name="memory-watch")

    def __enter__(self) -> MemoryWatch:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _sample(self) -> None:
        self.first = self.peak = self._now()
        while not self._stop.wait(INTERVAL_SECONDS):
            self.peak = max(self.peak, self._now())

    @property
    def usage(self) -> dict[str, int] | None:
        """Bytes at the start and at most; None where the runtime cannot tell."""
        return {"start": self.first, "peak": self.peak} if self.peak else None

    def _now(self) -> int:
        return sum(self._runtime.memory().values())
