"""The set of calls: filled by the gateway, kept in a file."""

import json
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from localstack.aws.api import RequestContext
from localstack.aws.chain import HandlerChain
from localstack.http import Response

from lab_localstack.calls import parameters
from lab_localstack.calls.call import Call, Caller, Kind
from lab_localstack.calls.callers import Callers

_WRITE_EVERY_SECONDS = 1.0


class Recorder:
    """A response handler of the gateway that remembers each kind of call, and writes the set when it has grown.

    A file that is there is gone on with: LocalStack may have been killed.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._callers = Callers()
        self._calls: dict[Kind, Call] = _read(file)
        self._changed = False
        self._thread = threading.Thread(target=self._write_now_and_then, name="calls", daemon=True)
        self._over = threading.Event()

    def start(self) -> None:
        """Write from now on, and say so by the file's being there."""
        self._write()
        self._thread.start()

    def finish(self) -> None:
        """Write what has not been written yet."""
        self._over.set()
        self._thread.join()
        self._write()

    def __call__(self, chain: HandlerChain, context: RequestContext, response: Response) -> None:
        if context.service is None or context.operation is None or context.service_request is None:
            return
        service, operation = context.service.service_name, context.operation.name
        error = getattr(context.service_exception, "code", "") if response.status_code >= 400 else ""
        self.add(context, service, operation, context.service_request, f"{response.status_code} {error}".strip())

    def add(
        self, context: RequestContext, service: str, operation: str, request: Mapping[str, Any], answer: str
    ) -> None:
        """Remember a call, whichever way it was answered."""
        caller = self._callers.of(context)
        if caller is None:
            return
        kind = Kind(caller, service, operation, parameters.pattern(request))
        with self._lock:
            call = self._calls.get(kind)
            if call is None:
                call = self._calls[kind] = Call.first(kind, request)
            self._changed |= call.add(request, context.request.content_length or 0, answer)

    def _write_now_and_then(self) -> None:
        while not self._over.wait(_WRITE_EVERY_SECONDS):
            if self._changed:
                self._write()

    def _write(self) -> None:
        with self._lock:
            self._changed = False
            text = json.dumps([call.document() for call in self._calls.values()], indent=1)
        self._file.parent.mkdir(parents=True, exist_ok=True)
        draft = self._file.with_name(f"{self._file.name}.draft")
        draft.write_text(text)
        draft.replace(self._file)


def _read(file: Path) -> dict[Kind, Call]:
    if not file.exists():
        return {}
    calls = [Call(**document) for document in json.loads(file.read_text())]
    return {
        Kind(
            Caller(call.principal, call.account, call.region, call.agent),
            call.service,
            call.operation,
            parameters.pattern(call.parameters),
        ): call
        for call in calls
    }
