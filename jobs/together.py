"""Independent steps of a job at the same time: most of a small commit is waiting for S3 and the catalog."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

AT_ONCE = 3


def together(*steps: Callable[[], object]) -> None:
    """Do all the steps, in no order. When some fail, the others are done all the same, and one failure is raised."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        futures = [pool.submit(step) for step in steps]
    for future in futures:
        future.result()
