"""What is remembered for a while: the newest entries, as long as they are few and small together."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Recent(OrderedDict[str, Value], Generic[Value]):
    """The newest ``count`` entries of together ``size`` bytes; the newest of all in any case.

    Threads may set and get entries by their keys at any time.
    """

    def __init__(self, count: int, size: int, size_of: Callable[[Value], int]) -> None:
        super().__init__()
        self._count, self._size, self._size_of = count, size, size_of
        self._guard = threading.Lock()
        self._total = 0
        """Bytes of all entries: summed up anew at each statement, a thousand of them took longer than the statement."""

    def __setitem__(self, key: str, value: Value) -> None:
        with self._guard:
            self._drop(key)
            super().__setitem__(key, value)
            self._total += self._size_of(value)
            while len(self) > self._count or (len(self) > 1 and self._total > self._size):
                self._drop(next(iter(self)))

    def rename(self, key: str, new: str) -> None:
        """Let the entry ``key``, if it is remembered, be found as ``new``."""
        with self._guard:
            if (value := super().pop(key, None)) is not None:
                super().__setitem__(new, value)

    def forget(self, key: str) -> None:
        """Remember the entry ``key`` no more."""
        with self._guard:
            self._drop(key)

    def _drop(self, key: str) -> None:
        if (value := super().pop(key, None)) is not None:
            self._total -= self._size_of(value)
