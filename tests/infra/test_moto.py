"""The AWS branch of the template, made by moto: network, roles, functions, queues and the stream are what was meant.

moto's CloudFormation passes by which table a subnet is associated with, and a bucket's versioning, public access block
and notifications: LocalStack's tests look at those.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from tests.infra.account import ACCOUNT, PARAMETERS, REGION, Template
from tests.infra.moto_stack import Moto, deploy, running, unsupported

UNSUPPORTED = {
    "AWS::Budgets::Budget",
    "AWS::CloudWatch::Alarm",
    "AWS::EMRServerless::Application",
    "AWS::Glue::Database",
    "AWS::Glue::Job",
    "AWS::MWAA::Environment",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::Subscription",
    "AWS::SNS::TopicPolicy",
    "AWS::SQS::QueuePolicy",
    "AWS::SecretsManager::Secret",
}
"""What moto 5.2.5 makes of none of these: they are left out. LocalStack makes them all."""


class Made(NamedTuple):
    """The stack on moto: the server, the template, and physical ids by logical id."""

    moto: Moto
    template: Template
    ids: dict[str, str]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    template = Template()
    with running(tmp_path_factory.mktemp("moto") / "moto.log") as moto:
        yield Made(moto, template, deploy(moto, template))


def test_what_moto_leaves_out_is_known() -> None:
    assert unsupported(Template()) == UNSUPPORTED


def test_everything_else_is_made(made: Made) -> None:
    expected = {name for name, each in made.template.resources.items() if each["Type"] not in UNSUPPORTED}

    assert made.ids.keys() == expected
    assert {name for name, physical in made.ids.items() if not physical} == {
        "AirflowWithin",
        "SparkWithin",
    }  # no ids in moto


def test_the_network_has_one_way_out_for_two_zones(made: Made) -> None:
    ec2 = made.moto.client("ec2")
    subnets = ec2.describe_subnets(SubnetIds=[made.ids["PrivateSubnetA"], made.ids["PrivateSubnetB"]])["Subnets"]
    gateway = ec2.describe_nat_gateways(NatGatewayIds=[made.ids["NatGateway"]])["NatGateways"][0]

    assert {each["VpcId"] for each in subnets} == {made.ids["Vpc"]}
    assert len({each["AvailabilityZone"] for each in subnets}) == 2
    assert (gateway["State"], gateway["SubnetId"]) == ("available", made.ids["PublicSubnet"])
    assert gateway["NatGatewayAddresses"][0]["PublicIp"] == made.ids["NatAddress"]
    assert routes(ec2, made.ids["PublicRoutes"])["0.0.0.0/0"]["GatewayId"] == made.ids["InternetGateway"]
    assert routes(ec2, made.ids["PrivateRoutes"])["0.0.0.0/0"]["NatGatewayId"] == made.ids["NatGateway"]


def routes(ec2: Any, table: str) -> dict[str, Any]:
    """The table's routes by destination."""
    found = ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"][0]["Routes"]
    return {each.get("DestinationCidrBlock") or each["DestinationPrefixListId"]: each for each in found}


def test_reads_of_s3_leave_past_the_nat_gateway(made: Made) -> None:
    endpoint = made.moto.client("ec2").describe_vpc_endpoints(VpcEndpointIds=[made.ids["S3Endpoint"]])["VpcEndpoints"][
        0
    ]

    assert endpoint["VpcEndpointType"] == "Gateway"
    assert endpoint["ServiceName"] == f"com.amazonaws.{REGION}.s3"
    assert endpoint["RouteTableIds"] == [made.ids["PrivateRoutes"]]


def test_airflows_group_lets_in_itself_alone(made: Made) -> None:
    groups = made.moto.client("ec2").describe_security_groups(GroupIds=[made.ids["AirflowSecurityGroup"]])

    [group] = groups["SecurityGroups"]
    [inward] = group["IpPermissions"]
    assert [each["GroupId"] for each in inward["UserIdGroupPairs"]] == [group["GroupId"]]
    assert (inward["IpProtocol"], inward["IpRanges"]) == ("-1", [])


def test_each_role_trusts_whom_it_is_for(made: Made) -> None:
    iam = made.moto.client("iam")

    for name, properties in made.template.of_type("AWS::IAM::Role").items():
        role = iam.get_role(RoleName=made.ids[name])["Role"]
        assert role["AssumeRolePolicyDocument"] == properties["AssumeRolePolicyDocument"]
        assert set(iam.list_role_policies(RoleName=made.ids[name])["PolicyNames"]) == {
            policy["PolicyName"] for policy in properties["Policies"]
        }


def test_the_functions_read_the_stream_and_the_queue(made: Made) -> None:
    client = made.moto.client("lambda")
    sources = {
        each["FunctionArn"].rpartition(":")[2]: each
        for each in client.list_event_source_mappings()["EventSourceMappings"]
    }
    archive, trigger = sources["media-stream-archive-records"], sources["media-stream-trigger-pipeline"]

    assert archive["EventSourceArn"] == f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/viewership-stream"
    assert archive["DestinationConfig"]["OnFailure"]["Destination"].endswith(":media-stream-failures")
    assert trigger["EventSourceArn"] == f"arn:aws:sqs:{REGION}:{ACCOUNT}:media-stream-trigger"
    assert trigger["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    for each in (archive, trigger):
        assert each["MaximumBatchingWindowInSeconds"] == int(PARAMETERS["BatchWindowSeconds"])
    for name, role in (("archive-records", "ArchiveRole"), ("trigger-pipeline", "TriggerRole")):
        configuration = client.get_function_configuration(FunctionName=f"media-stream-{name}")
        assert configuration["Role"].endswith(f"role/{made.ids[role]}")


def test_a_message_that_fails_too_often_is_set_aside(made: Made) -> None:
    attributes = made.moto.client("sqs").get_queue_attributes(
        QueueUrl=made.ids["TriggerQueue"], AttributeNames=["RedrivePolicy", "VisibilityTimeout"]
    )["Attributes"]

    assert f'"arn:aws:sqs:{REGION}:{ACCOUNT}:media-stream-trigger-dlq"' in attributes["RedrivePolicy"]
    assert attributes["VisibilityTimeout"] == "360"


def test_the_stream_has_its_shards(made: Made) -> None:
    stream = made.moto.client("kinesis").describe_stream_summary(StreamName=made.ids["ViewershipStream"])

    described = stream["StreamDescriptionSummary"]
    wanted = made.template.of_type("AWS::Kinesis::Stream")["ViewershipStream"]
    assert described["OpenShardCount"] == wanted["ShardCount"]
    assert described["RetentionPeriodHours"] == wanted["RetentionPeriodHours"]


def test_the_budget_is_one_that_the_service_takes(made: Made) -> None:
    """By the service's own call: moto's CloudFormation has no budgets, but moto has."""
    budgets = made.moto.client("budgets")
    wanted = made.template.of_type("AWS::Budgets::Budget")["Budget"]

    budgets.create_budget(
        AccountId=ACCOUNT,
        Budget=wanted["Budget"],
        NotificationsWithSubscribers=wanted["NotificationsWithSubscribers"],
    )

    told = budgets.describe_notifications_for_budget(AccountId=ACCOUNT, BudgetName=wanted["Budget"]["BudgetName"])
    assert len(told["Notifications"]) == 4


def test_the_lake_tells_the_queue_by_rules_that_s3_takes(made: Made) -> None:
    """By the service's own call: moto's CloudFormation passes a bucket's notifications by."""
    s3, bucket = made.moto.client("s3"), made.ids["LakeBucket"]
    rules = made.template.of_type("AWS::S3::Bucket")["LakeBucket"]["NotificationConfiguration"]["QueueConfigurations"]
    asked = [
        {
            "QueueArn": each["Queue"],
            "Events": [each["Event"]],
            "Filter": {"Key": {"FilterRules": each["Filter"]["S3Key"]["Rules"]}},
        }
        for each in rules
    ]

    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={"QueueConfigurations": asked})

    kept = s3.get_bucket_notification_configuration(Bucket=bucket)["QueueConfigurations"]
    assert [(each["QueueArn"], each["Events"]) for each in kept] == [(a["QueueArn"], a["Events"]) for a in asked]
