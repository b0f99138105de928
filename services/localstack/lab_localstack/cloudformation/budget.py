"""AWS::Budgets::Budget. Ref is the budget's name."""

from typing import Any, ClassVar

from lab_localstack.cloudformation.resource import ApiResource, Change, Properties, default_name

_MADE_ANEW = ("NotificationsWithSubscribers", "ResourceTags")


class BudgetProvider(ApiResource):
    """The budget changes in place; other notifications or tags make a new one under the same name."""

    TYPE = "AWS::Budgets::Budget"
    SCHEMA: ClassVar[dict[str, Any]] = {
        "typeName": TYPE,
        "primaryIdentifier": ["/properties/BudgetName"],
        "readOnlyProperties": ["/properties/BudgetName"],
    }
    not_found = "NotFoundException"

    def make(self, change: Change, wanted: Properties) -> Properties:
        named = _named(wanted, wanted["Budget"].get("BudgetName") or default_name(change))
        parameters = {name: value for name, value in named.items() if name != "BudgetName"}
        change.aws_client_factory.budgets.create_budget(AccountId=change.account_id, **parameters)
        return named

    def change(self, change: Change, wanted: Properties, current: Properties) -> Properties:
        named = _named(wanted, current["BudgetName"])
        if any(named.get(name) != current.get(name) for name in _MADE_ANEW):
            self.remove(change, current)
            return self.make(change, named)
        change.aws_client_factory.budgets.update_budget(AccountId=change.account_id, NewBudget=named["Budget"])
        return named

    def replaces(self, wanted: Properties, current: Properties) -> bool:
        name = wanted["Budget"].get("BudgetName")
        return name is not None and name != current["BudgetName"]

    def remove(self, change: Change, current: Properties) -> None:
        change.aws_client_factory.budgets.delete_budget(AccountId=change.account_id, BudgetName=current["BudgetName"])

    def find(self, change: Change, wanted: Properties) -> Properties:
        found = change.aws_client_factory.budgets.describe_budget(
            AccountId=change.account_id, BudgetName=wanted["BudgetName"]
        )["Budget"]
        return {**wanted, "Budget": {name: found[name] for name in wanted["Budget"]}}


def _named(wanted: Properties, name: str) -> Properties:
    """The properties with the name in both its places; numbers as the texts that the API takes."""
    limit = {**wanted["Budget"]["BudgetLimit"], "Amount": str(wanted["Budget"]["BudgetLimit"]["Amount"])}
    return {**wanted, "BudgetName": name, "Budget": {**wanted["Budget"], "BudgetName": name, "BudgetLimit": limit}}
