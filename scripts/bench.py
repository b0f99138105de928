"""`lab bench`: the chain's figures side by side, of processes and of containers, in one run on one machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from scripts import paths
from scripts.errors import LabError

PROJECT = "media-stream-bench"
"""The containers' project: their volumes are not those of the user's own lab."""

Report = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of a run: its name, where the report has it, and how it is written."""

    name: str
    read: Callable[[Report], float | None]
    form: str


def _seconds(stage: str) -> Callable[[Report], float | None]:
    return lambda report: report["seconds"].get(stage)


def _gigabytes(moment: str) -> Callable[[Report], float | None]:
    return lambda report: report["memory_bytes"] and report["memory_bytes"][moment] / 1e9


def _freshness(report: Report) -> float | None:
    found = report["bronze_freshness_seconds"]
    return found and float(found["p95"])


FIGURES = (
    Figure("services healthy", _seconds("services"), "{:.0f} s"),
    Figure("deployment", _seconds("deploy"), "{:.1f} s"),
    Figure("PutRecords", lambda report: report["put_records_per_second"], "{:,.0f} records/s"),
    Figure("arrival to bronze, p95", _freshness, "{:.1f} s"),
    Figure("first put to warehouse", _seconds("first put to warehouse"), "{:.0f} s"),
    Figure("memory at the start", _gigabytes("start"), "{:.1f} GB"),
    Figure("memory at most", _gigabytes("peak"), "{:.1f} GB"),
)


def run(runtimes: list[str], events: int, profile: Path, console: Console) -> None:
    """Run the chain twice in each of ``runtimes``, from nothing and then warm, and print the figures.

    State is apart from the user's, and deleted at the end; the addresses are the profile's, so no lab may run there.

    Raises:
        LabError: a run failed; its own words stand above.
    """
    reports = {runtime: _two_runs(runtime, events, profile, console) for runtime in runtimes}
    for number, kind in enumerate(("first run", "second run")):
        console.print(table(f"{events:,} records, {kind}", {name: pair[number] for name, pair in reports.items()}))


def table(title: str, reports: Mapping[str, Report]) -> Table:
    """A column a runtime, a row a figure; the last column is the second runtime's share of the first's."""
    first, *others = reports
    shown = Table("figure", *reports, *(f"{other} / {first}" for other in others), title=title, box=None)
    for figure in FIGURES:
        values = [figure.read(report) for report in reports.values()]
        words = ["" if value is None else figure.form.format(value) for value in values]
        base, *rest = values
        ratios = [f"{value / base:.2f}" if value is not None and base else "" for value in rest]
        shown.add_row(figure.name, *words, *ratios)
    return shown


def _two_runs(runtime: str, events: int, profile: Path, console: Console) -> tuple[Report, Report]:
    with tempfile.TemporaryDirectory(prefix="lab-bench-") as folder:
        environment = {**os.environ, "LAB_VAR": folder, "RUNTIME": runtime, "COMPOSE_PROJECT_NAME": PROJECT}

        def lab(*arguments: str) -> int:
            command = [sys.executable, "-m", "scripts.cli", "--profile", str(profile), *arguments]
            return subprocess.run(command, env=environment, cwd=paths.ROOT, check=False).returncode

        def measured() -> Report:
            if lab("e2e", "--events", str(events)):
                raise LabError(f"The run with RUNTIME={runtime} failed.", next_command="make status")
            report: Report = json.loads((Path(folder) / "report.json").read_text())
            return report

        try:
            console.rule(runtime)
            return measured(), measured()
        finally:
            lab("clean")
