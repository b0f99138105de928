"""Which services have changed since the last save, seen from the requests that LocalStack answers."""

import threading
from collections.abc import Callable, Hashable
from typing import Any

from localstack.aws.api import RequestContext
from localstack.aws.chain import HandlerChain
from localstack.http import Response

KEPT = frozenset(
    {
        "s3", "sqs", "sns", "iam", "sts", "secretsmanager", "ssm", "cloudwatch", "logs", "kms",
        "lambda", "cloudformation", "kinesis", "glue", "emr-serverless",
    }
)  # fmt: skip
"""The services whose state is kept; the others begin anew."""

_READING = (
    "Get", "List", "Describe", "Head", "BatchGet", "Filter", "Validate", "Simulate", "Estimate", "Lookup", "Detect",
)  # fmt: skip
_CHANGING_NOTHING = frozenset(
    {
        "Invoke",  # what a function does, it does by requests of its own
        "PutRecord", "PutRecords",  # records are on the disk already
        "PutMetricData",  # the same holds for metrics
    }
)  # fmt: skip
_CHANGED_BY_THREADS = frozenset({"cloudformation", "lambda"})
"""They go on after their answer. Who asks how far they are sees a change, so whatever was seen is saved."""


class Changes:
    """A response handler of the gateway that remembers who changed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._services: set[str] = set()
        self._watched: dict[str, Callable[[], Hashable]] = {}
        self._seen: dict[str, Hashable] = {}

    def __call__(self, chain: HandlerChain, context: RequestContext, response: Response) -> None:
        if context.service is None or context.operation is None:
            return
        service, operation = context.service.service_name, context.operation.name
        if service in KEPT and _changes(service, operation, context.service_response):
            self.add({service})

    def watch(self, service: str, look: Callable[[], Hashable]) -> None:
        """Have this service count as changed whenever `look` gives something else than before."""
        self._watched[service] = look
        self._seen[service] = look()

    def add(self, services: set[str]) -> None:
        with self._lock:
            self._services |= services

    def any(self) -> bool:
        """Whether there is anything to be saved."""
        return bool(self._services) or any(look() != self._seen[name] for name, look in self._watched.items())

    def take(self) -> set[str]:
        """What changed since the last call."""
        now = {name: look() for name, look in self._watched.items()}
        moved = {name for name, seen in now.items() if seen != self._seen[name]}
        self._seen = now
        with self._lock:
            taken, self._services = self._services, set()
        return taken | moved


def _changes(service: str, operation: str, answer: Any) -> bool:
    if operation == "ReceiveMessage":
        return bool((answer or {}).get("Messages"))  # consumers ask several times a second
    if operation in _CHANGING_NOTHING:
        return False
    return service in _CHANGED_BY_THREADS or not operation.startswith(_READING)
