"""Saves the state while requests go on.

The process forks, and the copy writes: it has all memory as it was at one moment, so that services agree with each
other (a table's pointer and the object it points to), while the original is held up for the fork alone. Nothing is
saved while nothing changes, and saving takes at most a tenth of the time however large the state is.
"""

import logging
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from localstack.services.plugins import SERVICE_PLUGINS

from lab_localstack.kinesis.provider import STREAMS
from lab_localstack.persistence import bodies, generation, records
from lab_localstack.persistence.changes import KEPT, Changes
from lab_localstack.persistence.containers import containers_of, take_all
from lab_localstack.persistence.copying import run_in_a_copy
from lab_localstack.persistence.generation import Generation
from lab_localstack.persistence.records import RecordFolders

LOG = logging.getLogger(__name__)

_LOOK_EVERY_SECONDS = 0.2
_AT_MOST_EVERY_SECONDS = 2.0
_SHARE_OF_TIME = 10
_AFTER_A_FAILURE_SECONDS = 30.0
_TRIES_AT_THE_END = 3


class Saver:
    """Makes generations from a thread of its own, and a last one at the end."""

    def __init__(self, changes: Changes, newest: Generation | None, record_folders: RecordFolders) -> None:
        self._changes = changes
        self._newest = newest
        self._record_folders = record_folders
        self._saving = threading.Lock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="saver", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def finish(self) -> None:
        """Save everything once more; requests under way may still change something meanwhile."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()
        self._changes.add(set(KEPT) & set(SERVICE_PLUGINS.list_loaded_services()))
        for _ in range(_TRIES_AT_THE_END):
            if self._changes.any():
                self.save()

    def save(self) -> float:
        """Make a generation of what is there now, and return what that cost in seconds of a processor.

        When it fails, what was saved before stays, and the changes are still to be saved. Raises CopyFailedError.
        """
        with self._saving:
            changed = self._changes.take()
            bodies_gone, streams_gone = bodies.take_waste(), self._record_folders.waste(STREAMS)
            number = self._newest.number + 1 if self._newest else 1
            try:
                cost = run_in_a_copy(partial(generation.write, number, _states(changed), self._newest))
                self._newest = generation.complete(number)
            except Exception:
                bodies.Body.waste.extend(bodies_gone)
                self._changes.add(changed)
                generation.remove_unfinished()
                raise
            bodies.remove(bodies_gone)
            records.remove(streams_gone)
            return cost

    def _work(self) -> None:
        due = 0.0
        while not self._stopping.wait(_LOOK_EVERY_SECONDS):
            if time.monotonic() < due:
                continue
            try:
                pause = self.save() * _SHARE_OF_TIME if self._changes.any() else 0.0
            except Exception:  # whatever it is, later saves may succeed, and nobody else would say it
                LOG.exception("The state could not be saved; a restart would go on from %s", self._newest)
                pause = _AFTER_A_FAILURE_SECONDS
            due = time.monotonic() + max(_AT_MOST_EVERY_SECONDS, pause) if pause else due


def _states(changed: set[str]) -> dict[str, Callable[[], Any]]:
    """How to take each service's state. What needs locks or imports is done here, before the fork."""
    services = {name: SERVICE_PLUGINS.get_service(name) for name in sorted(changed)}
    return {name: partial(take_all, containers_of(service)) for name, service in services.items() if service}
