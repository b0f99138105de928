"""How much memory the lab takes while a run goes on."""

from __future__ import annotations

import threading
from types import TracebackType

from scripts import supervisor

INTERVAL_SECONDS = 5.0


class MemoryWatch:
    """Samples the memory of all processes of the lab in the background; ``peak`` is the most seen, in bytes."""

    def __init__(self) -> None:
        self.first = 0
        self.peak = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True, name="memory-watch")

    def __enter__(self) -> MemoryWatch:
        self.first = self.peak = supervisor.memory()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._stop.wait(INTERVAL_SECONDS):
            self.peak = max(self.peak, supervisor.memory())
