"""What LocalStack 4.13 expects of newer Pythons, for Python 3.11. Nothing here is needed from 3.13 on."""

import hashlib
import sys
import threading
import uuid
from collections.abc import Callable
from typing import Any, Optional


def mend() -> None:
    """Make LocalStack importable and its KMS usable; call before anything of `localstack` is imported."""
    if sys.version_info < (3, 13):
        _import_with_lock_as_a_type()
    if sys.version_info < (3, 12):
        uuid.uuid5 = _uuid5


class _LockType:
    """`threading.Lock` as Python 3.13 has it: to be called, and to stand in annotations such as `Lock | None`."""

    def __init__(self, allocate: Callable[[], Any]) -> None:
        self._allocate = allocate

    def __call__(self) -> Any:
        return self._allocate()

    def __or__(self, other: Any) -> Any:
        return Optional[Any]  # noqa: UP045 - the value of an annotation, built at run time


def _import_with_lock_as_a_type() -> None:
    """Import the one module that evaluates `Lock | None`, while `threading.Lock` allows it."""
    lock = threading.Lock
    threading.Lock = _LockType(lock)  # type: ignore[assignment]
    try:
        import localstack.packages.api  # noqa: F401 - loaded now, while it can be
    finally:
        threading.Lock = lock


def _uuid5(namespace: uuid.UUID, name: str | bytes) -> uuid.UUID:
    """`uuid.uuid5` as from Python 3.12: the name may be bytes (KMS CreateKey passes key material)."""
    data = name.encode() if isinstance(name, str) else name
    digest = hashlib.sha1(namespace.bytes + data, usedforsecurity=False).digest()
    return uuid.UUID(bytes=digest[:16], version=5)
