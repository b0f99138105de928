"""What another choice of Airflow does not need goes from a deployed stack."""

from typing import Any

import boto3
import pytest

from scripts import stack
from tests.integration.conftest import Lab
from tests.integration.running import RunningService
from tests.integration.test_stack_foreign_account import ON_AWS, resources, session_of

pytestmark = pytest.mark.processes("what a template makes is the same, however LocalStack is run")


def network(session: boto3.Session) -> dict[str, int]:
    """How many of each there are in the account that are not of its default VPC."""
    ec2: Any = session.client("ec2")
    gateways = ec2.describe_nat_gateways()["NatGateways"]
    return {
        "vpcs": len([each for each in ec2.describe_vpcs()["Vpcs"] if not each["IsDefault"]]),
        "nat gateways": len([each for each in gateways if each["State"] not in ("deleting", "deleted")]),
        "addresses": len(ec2.describe_addresses()["Addresses"]),
        "endpoints": len([each for each in ec2.describe_vpc_endpoints()["VpcEndpoints"] if each["State"] != "deleted"]),
    }


def test_what_is_no_longer_needed_goes(lab: Lab, localstack: RunningService) -> None:
    with session_of(lab, "111122223333") as session:
        stack.deploy(session, ON_AWS | {"Airflow": "mwaa"}, lambda _: None)
        assert network(session) == {"vpcs": 1, "nat gateways": 1, "addresses": 1, "endpoints": 3}

        stack.deploy(session, ON_AWS | {"Airflow": "local"}, lambda _: None)
        assert network(session) == {"vpcs": 1, "nat gateways": 0, "addresses": 0, "endpoints": 3}
        assert not {"TriggerFunction", "MwaaEnvironment", "NatGateway"} & resources(session).keys()
