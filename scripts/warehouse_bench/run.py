"""A run: the same work for both servers, one after the other."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from rich.table import Table

from scripts import environments
from scripts.display import Display
from scripts.warehouse_bench import events, server, show
from scripts.warehouse_bench.figures import MEMORY, START, Figure
from scripts.warehouse_bench.steps import PIPELINE, PROTOCOL, Bench, found

STARTS = 3


def run(rows: int, display: Display) -> Table:
    """Measure both servers on ``rows`` events; servers and files are gone at the end, by Ctrl-C too."""
    environments.install(display.note, ("snowflake", "dashboard"))  # the dashboard's has pandas
    with tempfile.TemporaryDirectory(prefix="lab-bench-") as name:
        folder = Path(name)
        display.heading(f"{rows:,} events in {events.FILES} files")
        files = events.write(folder, rows)
        servers = {}
        for kind in server.KINDS:
            display.heading(kind)
            servers[kind] = _measured(kind, folder / kind, files, display.note)
    return show.table(f"{rows:,} rows", servers)


def _measured(kind: str, folder: Path, files: events.Files, note: Callable[[str], None]) -> dict[Figure, float]:
    folder.mkdir()
    starts = []
    for number in range(1, STARTS):
        with server.running(kind, folder / f"start-{number}") as (_, seconds):
            starts.append(seconds)
    with server.running(kind, folder / "state") as (running, seconds), closing(running.connect()) as connection:
        start = statistics.median([*starts, seconds])
        note(f"{START.name}: {START.write(start)}")
        bench = Bench(running, connection, files)
        steps = (*PROTOCOL, *PIPELINE) if kind == server.OURS else PROTOCOL
        return {START: start, **dict(found(steps, bench, note)), MEMORY: running.peak_bytes / 1e6}
