"""The plan as a user reads it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from rich.console import Console
from rich.table import Table

from scripts.cost import Line, Prices, monthly
from scripts.plan.changes import Changes
from scripts.plan.costs import Choice


def show_changes(changes: Changes, name: str, console: Console) -> None:
    """What a deployment would make, change and take away."""
    if not changes.any:
        console.print(f"Stack {name} is as the template has it: a deployment would change nothing.", highlight=False)
        return
    words = f"Stack {name} is there; a deployment would do this:" if changes.exists else f"Stack {name} would be made:"
    console.print(words, highlight=False)
    _types("make", changes.made, console)
    _types("change", changes.changed, console, names=True)
    _types("take away", changes.removed, console, names=True)
    for parameter, (before, after) in sorted(changes.parameters.items()):
        console.print(f"  parameter {parameter}: {before or '(empty)'} → {after or '(empty)'}", markup=False)


def show_costs(lines: Iterable[Line], console: Console) -> None:
    """A line a service, and the sum."""
    bill = list(lines)
    table = Table("service", "for", box=None)
    table.add_column("an hour", justify="right")
    table.add_column("a month", justify="right")
    for line in bill:
        table.add_row(line.service, line.reason, f"${line.dollars_an_hour:,.3f}", f"${line.dollars_a_month:,.2f}")
    table.add_row("together", "", f"${sum(line.dollars_an_hour for line in bill):,.3f}", f"${monthly(bill):,.2f}")
    console.print(table)


def show_choices(choices: Iterable[Choice], console: Console) -> None:
    """What everything costs a month, by choice; the profile's own is marked."""
    table = Table("choice", "meaning", box=None)
    table.add_column("all, a month", justify="right")
    for choice in choices:
        mark = "*" if choice.chosen else " "
        table.add_row(f"{mark} {choice.setting}", choice.meaning, f"${choice.dollars_a_month:,.0f}")
    console.print(table)


def show_prices(prices: Prices, region: str, console: Console) -> None:
    """Where the prices are from, and how far to trust them."""
    elsewhere = "" if region == prices.region else f" The figures are {prices.region}'s; {region} has others."
    console.print(
        f"List prices of {prices.region}, the oldest read {prices.oldest} (scripts/cost/prices.toml names the vendors' "
        f"pages); events come day and night; no free tier, no discount, no tax.{elsewhere}",
        highlight=False,
    )


def _types(verb: str, resources: Mapping[str, str], console: Console, *, names: bool = False) -> None:
    for kind, count in sorted(Counter(resources.values()).items()):
        which = ", ".join(sorted(name for name, each in resources.items() if each == kind))
        console.print(f"  {verb} {count} × {kind}" + (f" ({which})" if names else ""), markup=False, highlight=False)
