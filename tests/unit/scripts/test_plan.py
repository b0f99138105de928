"""`lab plan` says what would be made, changed and paid, refuses above the budget, and touches nothing."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import boto3
import pytest
from rich.console import Console
from typer.testing import CliRunner

from scripts import cli, key_pair, paths, profile, stack
from scripts.cost import Prices, Workload
from scripts.errors import LabError
from scripts.plan.changes import Changes, changes, template
from scripts.plan.costs import CREDIT_QUOTA, MAXIMUM_VCPU, choices, outgrown
from scripts.plan.plan import plan, require_budget
from scripts.plan.template import Template
from scripts.profile import Profile
from tests.unit.scripts.aws_profile import filled_in, load, local_airflow
from tests.unit.scripts.fake_aws import FakeAws, refusal

ABSENT = refusal("DescribeStacks", "ValidationError", "Stack with id media-stream does not exist")


@pytest.fixture(autouse=True)
def no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_pair, "configured", lambda _environment: None)


def deployed(aws: FakeAws, wanted: Profile, **parameters: str) -> Template:
    """A stack of the repository's template is there, with ``parameters`` other than the profile has them."""
    current = template(wanted)
    given = [
        {"ParameterKey": key, "ParameterValue": value} for key, value in (current.parameters() | parameters).items()
    ]
    there: Mapping[str, Any] = {"StackStatus": "UPDATE_COMPLETE", "Parameters": given}
    resources = [
        {"LogicalResourceId": name, "ResourceType": resource["Type"]} for name, resource in current.resources().items()
    ]
    aws.answers("cloudformation:DescribeStacks", {"Stacks": [there]})
    aws.answers("cloudformation:DescribeStackResources", {"StackResources": resources})
    aws.answers("cloudformation:GetTemplate", {"TemplateBody": current.text})
    return current


def test_a_stack_that_is_not_there_would_be_made_with_network_and_airflow(aws: FakeAws, tmp_path: Path) -> None:
    aws.answers("cloudformation:DescribeStacks", ABSENT)
    found = changes(load(tmp_path), boto3.Session())
    assert not found.exists
    assert found.made["MwaaEnvironment"] == "AWS::MWAA::Environment"
    assert {"NatGateway", "Budget", "TriggerFunction"} <= found.made.keys()
    assert aws.changes() == []


def test_with_a_local_airflow_neither_way_out_nor_trigger_would_be_made(aws: FakeAws, tmp_path: Path) -> None:
    aws.answers("cloudformation:DescribeStacks", ABSENT)
    found = changes(load(tmp_path, *local_airflow(), without="AIRFLOW"), boto3.Session())
    assert not {"MwaaEnvironment", "NatGateway", "TriggerFunction", "TriggerMapping"} & found.made.keys()
    assert "TriggerQueue" in found.made


def test_a_stack_as_the_template_has_it_would_not_be_changed(aws: FakeAws, tmp_path: Path) -> None:
    wanted = load(tmp_path)
    deployed(aws, wanted)
    assert not changes(wanted, boto3.Session()).any
    assert aws.changes() == []


def test_a_setting_that_was_changed_is_told_with_both_values(aws: FakeAws, tmp_path: Path) -> None:
    wanted = load(tmp_path)
    deployed(aws, wanted, RunIntervalMinutes="60", SnowflakePassword="****", SnowflakeExternalId="LAB_1")
    assert changes(wanted, boto3.Session()).parameters == {"RunIntervalMinutes": ("60", "15")}


def test_resources_that_differ_appear_or_go_are_told(aws: FakeAws, tmp_path: Path) -> None:
    wanted = load(tmp_path)
    current = deployed(aws, wanted)
    aws.answers("cloudformation:GetTemplate", {"TemplateBody": current.text.replace("ShardCount: 4", "ShardCount: 2")})
    resources = {name: each["Type"] for name, each in current.resources().items() if name != "FailureQueue"}
    there = [{"LogicalResourceId": key, "ResourceType": value} for key, value in resources.items()]
    there.append({"LogicalResourceId": "OldTable", "ResourceType": "AWS::Glue::Table"})
    aws.answers("cloudformation:DescribeStackResources", {"StackResources": there})
    found = changes(wanted, boto3.Session())
    assert found == Changes(
        exists=True,
        made={"FailureQueue": "AWS::SQS::Queue"},
        changed={"ViewershipStream": "AWS::Kinesis::Stream"},
        removed={"OldTable": "AWS::Glue::Table"},
        parameters={},
    )


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ({"Fn::Equals": [{"Ref": "A"}, "1"]}, True),
        ({"Fn::Not": [{"Fn::Equals": [{"Ref": "A"}, "1"]}]}, False),
        ({"Fn::And": [{"Condition": "Yes"}, {"Fn::Equals": [{"Ref": "AWS::Region"}, "x"]}]}, False),
        ({"Fn::Or": [{"Condition": "Yes"}, {"Fn::Equals": [{"Ref": "AWS::Region"}, "x"]}]}, True),
    ],
)
def test_a_resource_is_made_when_its_condition_holds(condition: object, holds: bool) -> None:
    document = {
        "Parameters": {"A": {"Default": 1}},
        "Conditions": {"Yes": {"Fn::Equals": ["a", "a"]}, "Asked": condition},
        "Resources": {"Queue": {"Type": "AWS::SQS::Queue", "Condition": "Asked"}},
    }
    assert bool(Template(json.dumps(document), {"AWS::Region": "y"}).resources()) is holds


def test_the_whole_template_can_be_read_for_every_kind_of_profile(tmp_path: Path) -> None:
    made = template(profile.load("local")).resources()
    assert "MwaaEnvironment" not in made, "locally Airflow is a program of its own"
    assert {"CleanJob", "TriggerFunction"} <= made.keys()
    assert template(load(tmp_path)).parameters().keys() >= set(stack.PARAMETERS.values())


def test_each_choice_is_told_with_what_everything_costs_then() -> None:
    told = list(choices(Workload(100), Prices.load()))
    dollars = {choice.setting: choice.dollars_a_month for choice in told}
    assert dollars["AIRFLOW=mwaa"] - dollars["AIRFLOW=local"] > 390
    assert dollars["RUN_INTERVAL_MINUTES=5"] > dollars["RUN_INTERVAL_MINUTES=15"] > dollars["RUN_INTERVAL_MINUTES=60"]
    for setting, faster, slower in (("STREAM_TRIGGER_SECONDS", 10, 300), ("BATCH_WINDOW_SECONDS", 1, 300)):
        assert dollars[f"{setting}={faster}"] > dollars[f"{setting}=60"] > dollars[f"{setting}={slower}"]
    assert {choice.setting for choice in told if choice.chosen} == {
        "AIRFLOW=mwaa",
        "RUN_INTERVAL_MINUTES=15",
        "STREAM_TRIGGER_SECONDS=60",
        "BATCH_WINDOW_SECONDS=60",
        "STREAM_IDLE_MINUTES=30",
        "StreamMode: PROVISIONED",
    }


def test_a_streaming_job_that_leaves_saves_its_workers_while_nothing_comes_and_nothing_else() -> None:
    def dollars(events_per_second: float) -> list[float]:
        told = choices(Workload(events_per_second), Prices.load())
        return [choice.dollars_a_month for choice in told if choice.setting.startswith("STREAM_IDLE_MINUTES")]

    never, leaves = dollars(0)
    assert never - leaves > 300
    never, leaves = dollars(1)
    assert never == leaves


def test_what_the_template_is_too_small_for_is_told_with_what_to_turn() -> None:
    assert list(outgrown(Workload(100), 4)) == []
    (sentence,) = outgrown(Workload(100, run_interval_minutes=5), 4)
    assert re.search(r"\d{3} credits a month, .* stops it at 100, after \d\d days: CREDIT_QUOTA", sentence)
    sentences = " ".join(outgrown(Workload(100_000_000), 4))
    assert "ShardCount of ViewershipStream" in sentences
    assert "MaximumCapacity of EmrApplication" in sentences


def test_what_the_plan_holds_for_the_limits_of_template_and_warehouse_is_what_they_are() -> None:
    resources = template(profile.load("local")).resources()
    assert resources["EmrApplication"]["Properties"]["MaximumCapacity"]["Cpu"] == f"{MAXIMUM_VCPU} vCPU"
    assert f"CREDIT_QUOTA = {CREDIT_QUOTA}\n" in (paths.ROOT / "snowflake" / "01_database.sql").read_text()


def test_above_the_budget_the_plan_is_refused_with_both_sums(tmp_path: Path) -> None:
    wanted = load(tmp_path, BUDGET_USD="1000")
    require_budget(wanted, 1000)
    with pytest.raises(LabError, match=r"cost 1,001 dollars; BUDGET_USD in .*aws\.env is 1,000"):
        require_budget(wanted, 1001)
    require_budget(load(tmp_path, BUDGET_USD="0"), 1_000_000)


def test_the_plan_says_all_of_it_and_touches_nothing(aws: FakeAws, tmp_path: Path) -> None:
    aws.answers("cloudformation:DescribeStacks", ABSENT)
    console = Console(soft_wrap=True, width=200)
    with console.capture() as captured:
        plan(load(tmp_path, AWS_REGION="eu-central-1"), 100, console)
    text = captured.get()
    for words in ("make 1 × AWS::MWAA::Environment", "EMR Serverless", "together", "* RUN_INTERVAL_MINUTES=15"):
        assert words in text
    assert "The figures are us-east-1's; eu-central-1 has others." in text
    assert aws.changes() == []


def test_the_command_refuses_what_is_above_the_budget_after_it_has_shown_the_plan(
    aws: FakeAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    aws.answers("cloudformation:DescribeStacks", ABSENT)
    monkeypatch.setattr(profile, "activate", lambda _profile: None)
    arguments = ["--profile", str(filled_in(tmp_path)), "plan", "--events-per-second"]
    assert CliRunner().invoke(cli.app, [*arguments, "100"]).exit_code == 0
    result = CliRunner().invoke(cli.app, [*arguments, "100000"])
    assert isinstance(result.exception, LabError)
    assert "together" in result.output


def test_a_lab_of_this_machine_has_no_plan() -> None:
    result = CliRunner().invoke(cli.app, ["plan"])
    assert isinstance(result.exception, LabError)
    assert result.exception.next_command == "make plan PROFILE=aws"
