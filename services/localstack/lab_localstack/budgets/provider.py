"""AWS Budgets as its clients see it; what has no operation here is refused by the base.

https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_Operations_AWS_Budgets.html
"""

from threading import RLock
from typing import Any

from localstack.aws.api import RequestContext
from localstack.state import StateVisitor

from lab_localstack.budgets.store import STORES, Kept, Told
from lab_localstack.service import AwsError, ServiceProvider

MOST_NOTIFICATIONS = 5

Request = dict[str, Any]
Answer = dict[str, Any]


class BudgetsProvider(ServiceProvider):
    """Budgets of cost: made, changed, described and deleted."""

    service = "budgets"

    def __init__(self) -> None:
        self._lock = RLock()

    def accept_state_visitor(self, visitor: StateVisitor) -> None:
        visitor.visit(STORES)

    def create_budget(self, context: RequestContext, request: Request) -> Answer:
        budget = request["Budget"]
        told = [
            Told(each["Notification"], each["Subscribers"]) for each in request.get("NotificationsWithSubscribers", [])
        ]
        if len(told) > MOST_NOTIFICATIONS:
            raise AwsError(
                "CreationLimitExceededException", f"A budget has at most {MOST_NOTIFICATIONS} notifications."
            )
        tags = {each["Key"]: each["Value"] for each in request.get("ResourceTags", [])}
        with self._lock:
            budgets = _budgets(context, request)
            if budget["BudgetName"] in budgets:
                raise AwsError("DuplicateRecordException", f"There is a budget {budget['BudgetName']} already.")
            budgets[budget["BudgetName"]] = Kept(_complete(budget), told, tags)
        return {}

    def update_budget(self, context: RequestContext, request: Request) -> Answer:
        budget = request["NewBudget"]
        with self._lock:
            _find(context, request, budget["BudgetName"]).budget = _complete(budget)
        return {}

    def delete_budget(self, context: RequestContext, request: Request) -> Answer:
        with self._lock:
            _find(context, request)
            del _budgets(context, request)[request["BudgetName"]]
        return {}

    def describe_budget(self, context: RequestContext, request: Request) -> Answer:
        return {"Budget": _find(context, request).budget}

    def describe_budgets(self, context: RequestContext, request: Request) -> Answer:
        return {"Budgets": [kept.budget for kept in _budgets(context, request).values()]}

    def describe_notifications_for_budget(self, context: RequestContext, request: Request) -> Answer:
        return {"Notifications": [told.notification for told in _find(context, request).told]}

    def describe_subscribers_for_notification(self, context: RequestContext, request: Request) -> Answer:
        for told in _find(context, request).told:
            if told.notification == request["Notification"]:
                return {"Subscribers": told.subscribers}
        raise AwsError("NotFoundException", f"Budget {request['BudgetName']} has no such notification.")

    def list_tags_for_resource(self, context: RequestContext, request: Request) -> Answer:
        name = request["ResourceARN"].rpartition("budget/")[2]
        kept = _find(context, {"AccountId": context.account_id}, name)
        return {"ResourceTags": [{"Key": key, "Value": value} for key, value in kept.tags.items()]}


def _budgets(context: RequestContext, request: Request) -> dict[str, Kept]:
    if request["AccountId"] != context.account_id:
        raise AwsError(
            "AccessDeniedException", f"Account {context.account_id} may not see account {request['AccountId']}."
        )
    found: dict[str, Kept] = STORES[context.account_id][context.region].budgets
    return found


def _find(context: RequestContext, request: Request, name: str | None = None) -> Kept:
    wanted = name or request["BudgetName"]
    kept = _budgets(context, request).get(wanted)
    if kept is None:
        raise AwsError("NotFoundException", f"There is no budget {wanted} in account {context.account_id}.")
    return kept


def _complete(budget: dict[str, Any]) -> dict[str, Any]:
    """The budget with what AWS adds to it: nothing was spent."""
    if budget["BudgetType"] != "COST":
        raise AwsError(
            "NotImplementedException",
            f"The local AWS keeps budgets of type COST, none of type {budget['BudgetType']}.",
            501,
        )
    nothing = {"Amount": "0", "Unit": budget["BudgetLimit"]["Unit"]}
    return {**budget, "CalculatedSpend": {"ActualSpend": nothing, "ForecastedSpend": nothing}}
