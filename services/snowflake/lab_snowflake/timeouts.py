"""STATEMENT_TIMEOUT_IN_SECONDS: a statement that takes longer is stopped, and leaves nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from snowflake.connector.errors import ProgrammingError

from lab_snowflake import errors


@contextmanager
def limit(seconds: int | None, interrupt: Callable[[], None]) -> Iterator[None]:
    """Around a statement: call ``interrupt`` when it has run for ``seconds``; None for no limit.

    Raises:
        ProgrammingError: 000630, it was stopped for that.
    """
    if seconds is None:
        yield
        return
    too_long = threading.Event()

    def stop() -> None:
        too_long.set()
        interrupt()

    timer = threading.Timer(seconds, stop)
    timer.start()
    try:
        yield
    except Exception:
        if not too_long.is_set():
            raise
        raise ProgrammingError(
            msg=f"Statement reached its statement or warehouse timeout of {seconds} second(s) and was canceled.",
            errno=errors.TIMED_OUT,
            sqlstate="57014",
        ) from None  # the cause would be told as a cancellation
    finally:
        timer.cancel()
