"""What a run leaves behind: `var/report.json`, and what the user reads at the end."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from scripts import paths
from scripts.generate import GenerateResult
from scripts.ledger import Ledger
from scripts.ledger.freshness import Freshness
from scripts.ledger.show import imbalances, reasons, table
from scripts.profile import Profile

YOUR_SIGN_IN = "your AWS sign-in"


@dataclass(frozen=True, slots=True)
class Report:
    """One end-to-end run: its ledger, the ledger of all runs, and what was measured.

    ``seconds`` holds the duration of each stage; ``memory`` bytes of all services at the start and at most;
    ``bronze_freshness`` how long the run's records took into bronze; ``failures`` says in sentences what went wrong.
    """

    ledger: Ledger
    total: Ledger
    generated: GenerateResult
    seconds: dict[str, float]
    memory: dict[str, int] | None
    bronze_freshness: Freshness | None
    failures: str = ""

    @property
    def balanced(self) -> bool:
        """Whether every record of the run, and of all runs, is accounted for."""
        return self.ledger.balanced and self.total.balanced

    @property
    def succeeded(self) -> bool:
        """Whether it balances and nothing failed on the way."""
        return self.balanced and not self.failures

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON holds it: the run's ledger at the top, the rest below."""
        return {
            **self.ledger.as_dict(),
            "balanced": self.balanced,
            "failures": self.failures,
            "run_id": self.generated.run_id,
            "seed": self.generated.seed,
            "put_records_per_second": round(self.generated.rate),
            "seconds": {stage: round(seconds, 2) for stage, seconds in self.seconds.items()},
            "bronze_freshness_seconds": self.bronze_freshness and asdict(self.bronze_freshness),
            "memory_bytes": self.memory,
            "total": self.total.as_dict(),
        }

    def write(self) -> None:
        """Write ``var/report.json``."""
        paths.var().mkdir(parents=True, exist_ok=True)
        (paths.var() / "report.json").write_text(json.dumps(self.as_dict(), indent=2, default=str) + "\n")


def show(report: Report, profile: Profile, console: Console) -> None:
    """Print where to look, the ledger, and as the last line the closing line."""
    places = Table("where to look", "address", "log-in", box=None)
    for place in places_to_look(profile):
        places.add_row(*place)
    console.print(places)
    freshness = report.bronze_freshness
    console.print(
        f"{report.generated.rate:,.0f} records/s put; "
        + ", ".join(f"{stage} {seconds:.0f} s" for stage, seconds in report.seconds.items())
        + (f"; in bronze after {freshness.p95:.1f} s (p95)" if freshness else "")
        + (f"; memory {report.memory['peak'] / 1e9:.1f} GB at most" if report.memory else "")
        + f". Report: {paths.display(paths.var() / 'report.json')}",
        highlight=False,
    )
    if report.failures:
        console.print(report.failures, style="red", markup=False, highlight=False)
    show_ledger(report.total, console, closing=report.ledger if report.total.balanced else report.total)


def places_to_look(profile: Profile) -> Iterator[tuple[str, str, str]]:
    """Where the run can be looked at: what is there, its address, and who logs in."""
    if address := profile.values.get("AIRFLOW_URL"):
        yield "Airflow", address, f"{profile['AIRFLOW_USER']} / {profile['AIRFLOW_PASSWORD']}"
    if not profile.is_aws:
        yield "Spark master", profile["SPARK_MASTER_UI_URL"], ""
        yield "Spark worker", profile["SPARK_WORKER_UI_URL"], ""
        yield "Dashboard", profile["DASHBOARD_URL"], ""
        return
    aws, region = f"https://{profile['AWS_REGION']}.console.aws.amazon.com", f"region={profile['AWS_REGION']}"
    if profile.airflow == "mwaa":
        yield "Airflow", f"{aws}/mwaa/home?{region}#environments/{profile['PROJECT']}/sso", YOUR_SIGN_IN
    yield "EMR Serverless", f"{aws}/emr/home?{region}#/serverless", YOUR_SIGN_IN
    yield "Glue", f"{aws}/gluestudio/home?{region}#/jobs", YOUR_SIGN_IN
    yield "Snowflake", "https://app.snowflake.com", profile["SNOWFLAKE_USER"]


def show_ledger(ledger: Ledger, console: Console, *, closing: Ledger | None = None) -> None:
    """Print a ledger; the last line is its closing line, or that of ``closing``."""
    console.print()
    console.print(table(ledger))
    if ledger.reasons:
        console.print(reasons(ledger))
    if not ledger.balanced:
        console.print(imbalances(ledger))
    for note in ledger.notes:
        console.print(note, markup=False, highlight=False)
    console.print((closing or ledger).closing_line(), highlight=False)
