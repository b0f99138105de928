"""The findings as a user reads them: a line each, and below it what mends it."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console

from scripts.doctor.finding import Finding, Verdict

STYLES = {Verdict.FINE: "green", Verdict.WRONG: "bold red", Verdict.UNKNOWN: "yellow"}


def show(findings: Iterable[Finding], console: Console) -> bool:
    """Print each as it comes, and a closing line. Returns whether nothing is wrong."""
    counts = dict.fromkeys(Verdict, 0)
    for finding in findings:
        counts[finding.verdict] += 1
        console.print(f"{finding.verdict:<8}", style=STYLES[finding.verdict], end="")
        console.print(f"{finding.what}: {finding.words}", markup=False, highlight=False)
        if finding.mend and finding.verdict is not Verdict.FINE:
            console.print(f"        → {finding.mend}", markup=False, highlight=False)
    console.print(
        f"{counts[Verdict.FINE]} fine, {counts[Verdict.WRONG]} wrong, {counts[Verdict.UNKNOWN]} not to be seen",
        highlight=False,
    )
    return not counts[Verdict.WRONG]
