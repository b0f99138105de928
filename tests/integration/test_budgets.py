"""AWS Budgets of the local AWS: what is kept, and what is refused."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

pytestmark = pytest.mark.processes("what a budget may be is the same, however LocalStack is run")

ACCOUNT = "000000000000"
COST = {
    "BudgetName": "month",
    "BudgetType": "COST",
    "TimeUnit": "MONTHLY",
    "BudgetLimit": {"Amount": "10", "Unit": "USD"},
}


@pytest.fixture
def budgets(aws: Any) -> Any:
    """A client; the account has no budget afterwards."""
    client = aws("budgets")
    yield client
    for each in client.describe_budgets(AccountId=ACCOUNT)["Budgets"]:
        client.delete_budget(AccountId=ACCOUNT, BudgetName=each["BudgetName"])


def refused(call: Any, **parameters: Any) -> str:
    """The code of the error that the call ends with."""
    with pytest.raises(ClientError) as error:
        call(**parameters)
    return str(error.value.response["Error"]["Code"])


def test_a_budget_is_kept_changed_and_deleted(budgets: Any) -> None:
    budgets.create_budget(AccountId=ACCOUNT, Budget=COST, ResourceTags=[{"Key": "Project", "Value": "lab"}])
    budgets.update_budget(AccountId=ACCOUNT, NewBudget=COST | {"BudgetLimit": {"Amount": "20", "Unit": "USD"}})

    kept = budgets.describe_budget(AccountId=ACCOUNT, BudgetName="month")["Budget"]
    tags = budgets.list_tags_for_resource(ResourceARN=f"arn:aws:budgets::{ACCOUNT}:budget/month")["ResourceTags"]
    budgets.delete_budget(AccountId=ACCOUNT, BudgetName="month")

    assert kept["BudgetLimit"]["Amount"] == "20"
    assert kept["CalculatedSpend"]["ActualSpend"] == {"Amount": "0", "Unit": "USD"}
    assert tags == [{"Key": "Project", "Value": "lab"}]
    assert refused(budgets.describe_budget, AccountId=ACCOUNT, BudgetName="month") == "NotFoundException"


def test_what_aws_refuses_is_refused(budgets: Any) -> None:
    budgets.create_budget(AccountId=ACCOUNT, Budget=COST)

    assert refused(budgets.create_budget, AccountId=ACCOUNT, Budget=COST) == "DuplicateRecordException"
    assert refused(budgets.describe_budgets, AccountId="111111111111") == "AccessDeniedException"


def test_another_kind_of_budget_is_refused_by_name(budgets: Any) -> None:
    usage = COST | {"BudgetName": "hours", "BudgetType": "USAGE"}

    assert refused(budgets.create_budget, AccountId=ACCOUNT, Budget=usage) == "NotImplementedException"
