"""The template as AWS sees it: deployed under an account that is not the emulator's, in another region.

Twelve digits as an access key are that account in LocalStack; so the template's AWS branch is on.
"""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest

from scripts import paths, stack
from tests.integration.conftest import Lab
from tests.integration.running import RunningService

pytestmark = pytest.mark.processes("what a template makes is the same, however LocalStack is run")

REGION = "eu-central-1"
PRIVATE_KEY = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----\n"
SNOWFLAKE_USER = "arn:aws:iam::999999999999:user/snowflake"
ON_AWS = {
    "ProjectName": "media-stream",
    "SnowflakeAccount": "ORG-ACCOUNT",
    "SnowflakeUser": "LAB",
    "SnowflakePrivateKey": PRIVATE_KEY,
    "RunIntervalMinutes": "15",
    "StreamTriggerSeconds": "60",
    "StreamIdleMinutes": "30",
    "BatchWindowSeconds": "60",
    "BudgetUsd": "50",
    "BudgetEmail": "owner@example.com",
}


@contextmanager
def session_of(lab: Lab, account: str) -> Iterator[boto3.Session]:
    """A session of this account, as a user's commands have it: by the environment."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in lab.environment.items():
            if name.startswith("AWS_"):
                patch.setenv(name, value)
        for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
            patch.setenv(name, REGION)
        patch.setenv("AWS_ACCESS_KEY_ID", account)
        yield boto3.Session()


@pytest.fixture(scope="module")
def managed(lab: Lab, localstack: RunningService) -> Iterator[tuple[boto3.Session, stack.Outputs]]:
    """The stack with an Airflow of MWAA's."""
    with session_of(lab, "123456789012") as session:
        yield session, stack.deploy(session, ON_AWS | {"Airflow": "mwaa"}, lambda _: None)


@pytest.fixture(scope="module")
def without_airflow(lab: Lab, localstack: RunningService) -> Iterator[tuple[boto3.Session, stack.Outputs]]:
    """The stack for an Airflow outside AWS; no budget."""
    with session_of(lab, "210987654321") as session:
        yield session, stack.deploy(session, ON_AWS | {"Airflow": "local", "BudgetUsd": "0"}, lambda _: None)


def resources(session: boto3.Session) -> dict[str, str]:
    """The type of each resource of the stack by its logical id."""
    found = session.client("cloudformation").describe_stack_resources(StackName="media-stream")["StackResources"]
    return {each["LogicalResourceId"]: each["ResourceType"] for each in found}


def physical_id(session: boto3.Session, name: str) -> str:
    answer = session.client("cloudformation").describe_stack_resource(StackName="media-stream", LogicalResourceId=name)
    return str(answer["StackResourceDetail"]["PhysicalResourceId"])


def secret(session: boto3.Session, name: str) -> str:
    value: str = session.client("secretsmanager").get_secret_value(SecretId=f"airflow/{name}")["SecretString"]
    return value


Managed = tuple[boto3.Session, stack.Outputs]


def test_everything_lies_in_the_account_and_region(managed: Managed) -> None:
    session, outputs = managed

    assert outputs.lake_bucket == "media-stream-123456789012-lake"
    assert outputs.snowflake_role_arn.startswith("arn:aws:iam::123456789012:role/")
    stream = session.client("kinesis").describe_stream_summary(StreamName=outputs.stream_name)
    assert stream["StreamDescriptionSummary"]["StreamARN"].startswith(f"arn:aws:kinesis:{REGION}:123456789012:")


def test_a_second_deployment_changes_nothing(managed: Managed) -> None:
    session, outputs = managed
    said: list[str] = []

    assert stack.deploy(session, ON_AWS | {"Airflow": "mwaa"}, said.append) == outputs
    assert not any("changes" in each for each in said)


def test_the_private_subnets_lead_out_through_the_nat_gateway_of_the_public_one(managed: Managed) -> None:
    ec2 = managed[0].client("ec2")
    public, private = (physical_id(managed[0], name) for name in ("PublicSubnet", "PrivateSubnetA"))
    gateway = ec2.describe_nat_gateways(NatGatewayIds=[physical_id(managed[0], "NatGateway")])["NatGateways"][0]

    assert gateway["SubnetId"] == public
    assert gateway["NatGatewayAddresses"][0]["AllocationId"].startswith("eipalloc-")
    assert way_out(ec2, private)["NatGatewayId"] == gateway["NatGatewayId"]
    assert way_out(ec2, public)["GatewayId"] == physical_id(managed[0], "InternetGateway")


def way_out(ec2: Any, subnet: str) -> dict[str, Any]:
    """The subnet's route to everywhere."""
    association = [{"Name": "association.subnet-id", "Values": [subnet]}]
    routes = ec2.describe_route_tables(Filters=association)["RouteTables"][0]["Routes"]
    found: dict[str, Any] = next(each for each in routes if each.get("DestinationCidrBlock") == "0.0.0.0/0")
    return found


def test_airflow_is_in_two_zones_and_lets_in_itself_alone(managed: Managed) -> None:
    session, _ = managed
    network = session.client("mwaa").get_environment(Name="media-stream")["Environment"]["NetworkConfiguration"]
    ec2 = session.client("ec2")
    subnets = ec2.describe_subnets(SubnetIds=network["SubnetIds"])["Subnets"]
    group = ec2.describe_security_groups(GroupIds=network["SecurityGroupIds"])["SecurityGroups"][0]

    assert len({each["AvailabilityZone"] for each in subnets}) == 2
    assert not any(each["MapPublicIpOnLaunch"] for each in subnets)
    [inward] = group["IpPermissions"]
    assert [each["GroupId"] for each in inward["UserIdGroupPairs"]] == [group["GroupId"]]
    assert inward["IpRanges"] == []
    assert [each["IpRanges"][0]["CidrIp"] for each in group["IpPermissionsEgress"]] == ["0.0.0.0/0"]


def test_the_environment_is_described_as_the_template_has_it(managed: Managed) -> None:
    session, outputs = managed

    environment = session.client("mwaa").get_environment(Name=outputs.mwaa_environment_name)["Environment"]

    assert environment["Arn"] == f"arn:aws:airflow:{REGION}:123456789012:environment/media-stream"
    assert environment["EnvironmentClass"] == "mw1.small"
    assert environment["SourceBucketArn"] == f"arn:aws:s3:::{outputs.code_bucket}"
    requirements = session.client("s3").get_object(Bucket=outputs.code_bucket, Key=environment["RequirementsS3Path"])
    assert requirements["Body"].read() == (paths.ROOT / "dags" / "requirements.txt").read_bytes()
    assert environment["Tags"] == {"Project": "media-stream"}


def test_the_budget_tells_its_owner_at_four_fifths_and_at_the_whole(managed: Managed) -> None:
    client = managed[0].client("budgets")
    named: Any = {"AccountId": "123456789012", "BudgetName": "media-stream"}

    budget = client.describe_budget(**named)["Budget"]
    told = client.describe_notifications_for_budget(**named)["Notifications"]

    assert budget["BudgetLimit"] == {"Amount": "50", "Unit": "USD"}
    assert {(each["NotificationType"], each["Threshold"]) for each in told} == {
        ("ACTUAL", 80.0),
        ("ACTUAL", 100.0),
        ("FORECASTED", 80.0),
        ("FORECASTED", 100.0),
    }
    for each in told:
        subscribers = client.describe_subscribers_for_notification(**named, Notification=each)["Subscribers"]
        assert subscribers == [{"SubscriptionType": "EMAIL", "Address": "owner@example.com"}]


def test_every_alarm_tells_the_topic_that_the_owner_subscribes_to(managed: Managed) -> None:
    session, _ = managed
    alarms = session.client("cloudwatch").describe_alarms()["MetricAlarms"]
    subscriptions = session.client("sns").list_subscriptions()["Subscriptions"]

    assert len(alarms) == 3
    [topic] = {each["TopicArn"] for each in subscriptions if each["Endpoint"] == "owner@example.com"}
    assert all(each["AlarmActions"] == [topic] for each in alarms)


def test_batches_gather_and_messages_are_hidden_meanwhile(managed: Managed) -> None:
    session, outputs = managed
    mappings = session.client("lambda").list_event_source_mappings()["EventSourceMappings"]
    queue = session.client("sqs").get_queue_attributes(
        QueueUrl=outputs.trigger_queue_url, AttributeNames=["VisibilityTimeout"]
    )

    assert [each["MaximumBatchingWindowInSeconds"] for each in mappings] == [60, 60]
    assert queue["Attributes"] == {"VisibilityTimeout": "360"}
    assert outputs.stream_idle_minutes == "30"
    assert (outputs.stream_trigger_seconds, secret(session, "variables/run_interval_minutes")) == ("60", "15")


def test_airflow_logs_in_to_snowflake_by_key_pair(managed: Managed) -> None:
    connection = json.loads(secret(managed[0], "connections/snowflake_default"))

    assert base64.b64decode(connection["extra"]["private_key_content"]).decode() == PRIVATE_KEY
    assert connection["password"] == ""
    assert connection["extra"].keys() == {"account", "warehouse", "database", "role", "private_key_content"}


def trust(session: boto3.Session) -> dict[str, Any]:
    """The one statement of whom Snowflake's role trusts."""
    role = session.client("iam").get_role(RoleName=physical_id(session, "SnowflakeRole"))["Role"]
    document: Any = role["AssumeRolePolicyDocument"]
    [statement] = document["Statement"]
    return dict(statement)


def test_snowflakes_role_is_closed_until_the_integration_says_whom_to_trust(without_airflow: Managed) -> None:
    session, _ = without_airflow
    assert trust(session)["Principal"] == {"AWS": "arn:aws:iam::210987654321:root"}
    assert " " in trust(session)["Condition"]["StringEquals"]["sts:ExternalId"]  # AssumeRole takes none with a space

    handshake = {"SnowflakeIamUserArn": SNOWFLAKE_USER, "SnowflakeExternalId": "ORG_SFCRole=2_abc="}
    stack.deploy(session, ON_AWS | {"Airflow": "local", "BudgetUsd": "0"} | handshake, lambda _: None)

    assert trust(session)["Principal"] == {"AWS": SNOWFLAKE_USER}
    assert trust(session)["Condition"] == {"StringEquals": {"sts:ExternalId": "ORG_SFCRole=2_abc="}}


def test_a_local_airflow_needs_no_way_out_no_environment_and_no_trigger(
    managed: Managed, without_airflow: Managed
) -> None:
    with_mwaa, alone = resources(managed[0]), resources(without_airflow[0])

    missing = with_mwaa.keys() - alone.keys()
    assert {with_mwaa[each].split("::")[1] for each in missing} == {"EC2", "MWAA", "Logs", "IAM", "Lambda", "Budgets"}
    assert {each for each in missing if each.startswith(("Trigger", "Mwaa"))} == {
        "TriggerFunction",
        "TriggerLogs",
        "TriggerMapping",
        "TriggerRole",
        "MwaaEnvironment",
        "MwaaRole",
    }
    gone = {"AWS::MWAA::Environment", "AWS::EC2::NatGateway", "AWS::EC2::EIP", "AWS::EC2::InternetGateway"}
    assert not gone & set(alone.values())
    assert alone.keys() <= with_mwaa.keys()
    assert without_airflow[1].trigger_function_name == "none"


def test_the_queue_that_a_local_airflow_watches_is_told_of_arrivals(without_airflow: Managed) -> None:
    session, outputs = without_airflow

    notifications = session.client("s3").get_bucket_notification_configuration(Bucket=outputs.lake_bucket)

    queues = {each["QueueArn"].rpartition(":")[2] for each in notifications["QueueConfigurations"]}
    assert queues == {"media-stream-trigger"}
