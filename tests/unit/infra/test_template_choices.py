"""What a deployment makes follows from its parameters: on AWS or local, with MWAA or without, with a budget or none."""

import re

import pytest

from scripts import airflow_folder, paths
from tests.infra.account import PARAMETERS, Template

LOCAL = {"AWS::AccountId": "000000000000"}
NETWORK = re.compile(r"AWS::(EC2|MWAA)::")


def made(**choices: str) -> set[str]:
    """The logical ids of what is made on AWS with these parameters in place of those of a whole deployment."""
    return set(Template({**PARAMETERS, **choices}).resources)


def test_the_trigger_is_for_a_managed_airflow_alone() -> None:
    trigger = {"TriggerFunction", "TriggerLogs", "TriggerMapping", "TriggerRole"}

    assert trigger <= made()
    assert not trigger & made(Airflow="local")
    assert {"TriggerQueue", "TriggerDeadLetterQueue", "TriggerQueuePolicy"} <= made(Airflow="local")


def test_the_local_aws_has_no_network() -> None:
    resources = Template({**PARAMETERS, **LOCAL}).resources

    assert [name for name, each in resources.items() if NETWORK.match(each["Type"])] == []
    assert "NetworkConfiguration" not in resources["EmrApplication"]["Properties"]


@pytest.mark.parametrize("airflow", ["mwaa", "local"])
def test_spark_reaches_the_stream_from_a_network_on_aws(airflow: str) -> None:
    resources = Template({**PARAMETERS, "Airflow": airflow}).resources

    assert len(resources["EmrApplication"]["Properties"]["NetworkConfiguration"]["SubnetIds"]) == 2
    assert {"S3Endpoint", "KinesisEndpoint", "GlueEndpoint"} <= set(resources)


def test_the_way_out_is_for_mwaa_alone() -> None:
    way_out = {"MwaaEnvironment", "NatGateway", "InternetGateway", "PublicSubnet", "AirflowSecurityGroup"}

    assert way_out <= made()
    assert not way_out & made(Airflow="local")


def test_nothing_on_the_local_aws_costs_or_tells() -> None:
    local = set(Template({**PARAMETERS, **LOCAL, "BudgetEmail": ""}).resources)

    assert not {"Budget", "AlarmSubscription"} & local
    assert {"TriggerFunction", "MwaaRole"} <= local


def test_a_budget_is_made_where_there_is_one() -> None:
    assert "Budget" in made(BudgetUsd="1")
    assert "Budget" not in made(BudgetUsd="0")


def test_before_the_code_is_there_nothing_that_runs_it_is_made() -> None:
    missing = made() - made(CodeVersion="")

    assert missing == {
        "ArchiveFunction",
        "ArchiveMapping",
        "CleanJob",
        "CodeLocationVariable",
        "DemographicsJob",
        "MwaaEnvironment",
        "TriggerFunction",
        "TriggerMapping",
    }


def test_mwaa_reads_the_folder_that_is_uploaded_for_it() -> None:
    environment = Template().of_type("AWS::MWAA::Environment")["MwaaEnvironment"]
    bare = Template({**PARAMETERS, "MwaaRequirementsKey": ""}).of_type("AWS::MWAA::Environment")["MwaaEnvironment"]

    assert f"{environment['DagS3Path']}/" == airflow_folder.FOLDER
    assert environment["RequirementsS3Path"] == PARAMETERS["MwaaRequirementsKey"]
    assert "RequirementsS3Path" not in bare


def test_mwaa_is_set_as_the_local_airflow_is() -> None:
    """What both are told, they are told alike."""
    options = Template().of_type("AWS::MWAA::Environment")["MwaaEnvironment"]["AirflowConfigurationOptions"]
    settings = (paths.ROOT / "services" / "airflow" / "settings.sh").read_text()

    for option, value in options.items():
        variable = f"AIRFLOW__{option.replace('.', '__').upper()}"
        local = re.search(rf"^export {variable}=(?:'([^']*)'|(\S+))", settings, re.MULTILINE)
        assert local is not None, variable
        assert value == (local[1] or local[2])
