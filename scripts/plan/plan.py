"""The plan of a deployment into an account, held against the profile's budget."""

from __future__ import annotations

import boto3
from rich.console import Console

from scripts import paths
from scripts.cost import Prices, Workload, bill, monthly
from scripts.errors import LabError
from scripts.plan import show
from scripts.plan.changes import changes, template
from scripts.plan.costs import choices, outgrown
from scripts.profile import Profile


def plan(profile: Profile, events_per_second: int, console: Console) -> None:
    """Print what would be made and changed, and what it would cost at so many events a second.

    Raises:
        LabError: it would cost more than the profile's budget.
    """
    work, prices = Workload.of(profile.values, events_per_second), Prices.load()
    lines = bill(work, prices)
    show.show_changes(changes(profile, boto3.Session()), profile["PROJECT"], console)
    console.print(f"\nWhat {events_per_second:,} events a second cost, day and night:", highlight=False)
    show.show_costs(lines, console)
    console.print("\nWhat the choices cost (* the profile's):", highlight=False)
    show.show_choices(choices(work, prices), console)
    for sentence in outgrown(work, template(profile).resources()["ViewershipStream"]["Properties"]["ShardCount"]):
        console.print(sentence, markup=False, highlight=False)
    show.show_prices(prices, profile["AWS_REGION"], console)
    require_budget(profile, monthly(lines))


def require_budget(profile: Profile, dollars: float) -> None:
    """Raise a LabError when a month costs more than the profile allows; 0 allows everything."""
    budget = int(profile["BUDGET_USD"])
    if budget and dollars > budget:
        raise LabError(
            f"A month would cost {dollars:,.0f} dollars; BUDGET_USD in {paths.display(profile.path)} is {budget:,}. "
            "Choose what costs less (above), plan for fewer events, or raise the budget.",
            next_command=f"make plan PROFILE={profile.name} EVENTS_PER_SECOND=100",
        )
