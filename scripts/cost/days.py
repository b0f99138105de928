"""The cost of a day at three loads, as docs/aws.md shows it."""

from __future__ import annotations

from scripts.cost.bill import Line, bill
from scripts.cost.prices import Prices
from scripts.cost.workload import Workload

DAY_HOURS = 24
LOADS = (1_000, 100_000, 10_000_000)
"""Events a second."""


def table(prices: Prices) -> str:
    """A Markdown table: services down, loads across; a stream on demand beside one of shards."""
    bills = {load: bill(Workload(load), prices) for load in LOADS}
    rows = ["| dollars a day | " + " | ".join(f"{load:,} events/s" for load in LOADS) + " |"]
    rows.append("|---|" + "--:|" * len(LOADS))
    for number, line in enumerate(bills[LOADS[0]]):
        rows.append(_row(line.service, [bills[load][number] for load in LOADS]))
    rows.append("| **together** | " + " | ".join(_dollars(_sum(bills[load])) for load in LOADS) + " |")
    demand = [_sum(bill(Workload(load, on_demand=True), prices)) for load in LOADS]
    local = [_sum(bill(Workload(load, airflow="local"), prices)) for load in LOADS]
    rows.append("| together, the stream on demand | " + " | ".join(map(_dollars, demand)) + " |")
    rows.append("| together, `AIRFLOW=local` | " + " | ".join(map(_dollars, local)) + " |")
    return "\n".join(rows)


def _row(service: str, lines: list[Line]) -> str:
    return f"| {service} | " + " | ".join(_dollars(line.dollars_an_hour * DAY_HOURS) for line in lines) + " |"


def _sum(lines: list[Line]) -> float:
    return sum(line.dollars_an_hour for line in lines) * DAY_HOURS


def _dollars(amount: float) -> str:
    return f"{amount:,.2f}" if amount < 1000 else f"{amount:,.0f}"
