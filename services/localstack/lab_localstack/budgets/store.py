"""The budgets of each account."""

from dataclasses import dataclass
from typing import Any

from localstack.services.stores import AccountRegionBundle, BaseStore, CrossRegionAttribute


@dataclass
class Told:
    """A notification and whom it tells, as the API has them."""

    notification: dict[str, Any]
    subscribers: list[dict[str, Any]]


@dataclass
class Kept:
    """A budget as the API has it, its notifications, and its tags."""

    budget: dict[str, Any]
    told: list[Told]
    tags: dict[str, str]


class BudgetsStore(BaseStore):
    budgets: dict[str, Kept] = CrossRegionAttribute(default=dict)
    """By name."""


STORES: AccountRegionBundle[BudgetsStore] = AccountRegionBundle("budgets", BudgetsStore, validate=False)
"""AWS has Budgets in one place, which every region's clients ask."""
