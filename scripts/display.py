"""What a user sees while work goes on: bars on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

PLAIN_SECONDS = 2.0


class Display(Protocol):
    """Where a command shows what it does."""

    def heading(self, text: str) -> None:
        """Begin a stage."""

    def note(self, text: str) -> None:
        """Say one thing that happened."""

    def count(self, stage: str, done: int, total: int, extra: str = "") -> None:
        """Show how far ``stage`` is; called as often as the caller likes."""


class PlainDisplay:
    """Lines with the time since the start; a count at most every two seconds, and whenever a stage completes."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._started = time.monotonic()
        self._shown: dict[str, tuple[int, float]] = {}

    def heading(self, text: str) -> None:
        """Begin a stage."""
        self._line(f"== {text}")

    def note(self, text: str) -> None:
        """Say one thing that happened."""
        self._line(f"   {text}")

    def count(self, stage: str, done: int, total: int, extra: str = "") -> None:
        """Show how far ``stage`` is, when that changed."""
        shown, when = self._shown.get(stage, (-1, 0.0))
        now = time.monotonic()
        if done == shown or (now - when < PLAIN_SECONDS and done < total):
            return
        self._shown[stage] = (done, now)
        self._line(f"   {stage:<22} {done:>9,} of {total:,}  {extra}".rstrip())

    def _line(self, text: str) -> None:
        self._console.print(f"{time.monotonic() - self._started:7.1f}s {text}", markup=False, highlight=False)


class TerminalDisplay:
    """A bar a stage, with notes scrolling above."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, int] = {}

    def heading(self, text: str) -> None:
        """Begin a stage."""
        self._progress.console.print(f"[bold]{escape(text)}[/bold]")

    def note(self, text: str) -> None:
        """Say one thing that happened."""
        self._progress.console.print(f"  {escape(text)}", highlight=False)

    def count(self, stage: str, done: int, total: int, extra: str = "") -> None:
        """Move the bar of ``stage``."""
        if stage not in self._tasks:
            self._tasks[stage] = self._progress.add_task(escape(stage), total=total, extra="")
        self._progress.update(self._tasks[stage], completed=done, total=total, extra=escape(extra))  # type: ignore[arg-type]


@contextmanager
def shown(console: Console) -> Iterator[Display]:
    """The display that suits ``console``, closed properly at the end."""
    if not console.is_terminal:
        yield PlainDisplay(console)
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description:<22}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[extra]}"),
    )
    with Progress(*columns, console=console) as progress:
        yield TerminalDisplay(progress)
