"""What is left of a project in an account, by its tag.

Source: https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html
"""

from __future__ import annotations

import time
from collections.abc import Callable

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from scripts import identity, stack
from scripts.errors import LabError

LAG_SECONDS = 300.0
"""AWS goes on listing what was just deleted for a while."""
POLL_SECONDS = 10.0

GONE = frozenset({"NatGatewayNotFound", "ResourceNotFoundException"})

FREE = (":cloudformation:",)
"""What costs nothing, whatever of it is left."""


def tagged(session: boto3.Session, project: str) -> list[str]:
    """The ARNs of everything that carries the project's tag and may cost something.

    Raises:
        LabError: the search is not answered: then nobody knows what is left.
    """
    filters = [{"Key": key, "Values": [value]} for key, value in stack.tags(project).items()]
    try:
        pages = session.client("resourcegroupstaggingapi").get_paginator("get_resources").paginate(TagFilters=filters)
        arns = [found["ResourceARN"] for page in pages for found in page["ResourceTagMappingList"]]
    except (BotoCoreError, ClientError) as error:
        raise LabError(
            f"What is left cannot be told: the search by tag is not answered ({error}). Look for yourself.",
            next_command=identity.on_command_line(
                f"aws resourcegroupstaggingapi get-resources --tag-filters Key=Project,Values={project}", session
            ),
        ) from error
    return sorted(arn for arn in arns if not any(kind in arn for kind in FREE) and not _is_over(session, arn))


def _is_over(session: boto3.Session, arn: str) -> bool:
    """Whether it is of a kind that AWS lists for an hour after its end, and has ended.

    Sources: https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-working-with.html#nat-gateway-deleting and
    https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/application-states.html
    """
    name = arn.rpartition("/")[2]
    try:
        if ":natgateway/" in arn:
            gateways = session.client("ec2").describe_nat_gateways(NatGatewayIds=[name])["NatGateways"]
            return all(gateway["State"] == "deleted" for gateway in gateways)
        if ":emr-serverless:" in arn and "/applications/" in arn:
            application = session.client("emr-serverless").get_application(applicationId=name)["application"]
            return application["state"] == "TERMINATED"
    except ClientError as error:
        return error.response["Error"]["Code"] in GONE
    return False


def wait_until_none(session: boto3.Session, project: str, note: Callable[[str], None]) -> list[str]:
    """The ARNs that are left when AWS's list has had its time; at once when nothing is."""
    deadline = time.monotonic() + LAG_SECONDS
    while (left := tagged(session, project)) and time.monotonic() < deadline:
        note(f"{len(left)} resources still carry the tag Project={project}; AWS's list lags behind")
        time.sleep(POLL_SECONDS)
    return left
