"""The AWS account: whose credentials, names that are taken, roles that services need, a budget."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from scripts import identity
from scripts.cloudformation import DEPLOYABLE, Stack
from scripts.doctor.finding import Finding, fine, unknown, wrong
from scripts.profile import Profile
from scripts.stack import buckets

SERVICE_ROLE = "AWSServiceRoleForAmazonEMRServerless"
SERVICE_ROLE_OF = "ops.emr-serverless.amazonaws.com"


def findings(profile: Profile) -> Iterator[Finding]:
    """What calls that only read can tell; one that is not allowed is said to be so."""
    yield budget(profile)
    yield _asked("EMR Serverless's service-linked role", service_role)
    for bucket in buckets(profile["PROJECT"], profile["AWS_ACCOUNT_ID"]):
        yield _asked(f"Bucket {bucket}", partial(bucket_name, profile, bucket))
    yield _asked(f"Stack {profile['PROJECT']}", partial(stack, profile))


def budget(profile: Profile) -> Finding:
    """Whether a month's spending is watched."""
    if profile["BUDGET_USD"] == "0":
        return wrong("Budget", "BUDGET_USD is 0: nobody is told what is spent", f"BUDGET_USD=… in {profile.path.name}")
    return fine("Budget", f"{profile['BUDGET_USD']} dollars a month, told to {profile['BUDGET_EMAIL']}")


def service_role() -> Finding:
    """Whether EMR Serverless may act in the account.

    Source: https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/using-service-linked-roles.html
    """
    what = "EMR Serverless's service-linked role"
    try:
        boto3.client("iam").get_role(RoleName=SERVICE_ROLE)
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchEntity":
            raise
        command = f"aws iam create-service-linked-role --aws-service-name {SERVICE_ROLE_OF}"
        mend = identity.on_command_line(command, boto3.Session())
        return wrong(what, "the account has none, and applications need it", mend)
    return fine(what, "is there")


def bucket_name(profile: Profile, bucket: str) -> Finding:
    """Whether the name is free, or its bucket our stack's: names of buckets are the same for all accounts and regions.

    A bucket outlives its stack, and a stack that is made anew cannot take it in.
    """
    what = f"Bucket {bucket}"
    s3 = boto3.client("s3")
    try:
        region = s3.head_bucket(Bucket=bucket, ExpectedBucketOwner=profile["AWS_ACCOUNT_ID"]).get("BucketRegion")
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
            return fine(what, "the name is free")
        return wrong(what, "belongs to somebody else, or is kept from you", f"another PROJECT in {profile.path.name}")
    if region != s3.meta.region_name:
        words = f"is ours, in region {region}: a stack of this name is or was there"
        return wrong(what, words, f"AWS_REGION={region} or another PROJECT in {profile.path.name}")
    if not Stack(boto3.Session(), profile["PROJECT"]).exists():
        return wrong(what, "is ours, and outlived its stack: a new one would fail over it", _destroy(profile))
    return fine(what, "is ours")


def stack(profile: Profile) -> Finding:
    """Whether the stack that is there, if any, can be deployed to."""
    what = f"Stack {profile['PROJECT']}"
    status = Stack(boto3.Session(), profile["PROJECT"]).status()
    if status is None:
        return fine(what, "is not there yet")
    if status in DEPLOYABLE or status == "REVIEW_IN_PROGRESS":
        return fine(what, status)
    if status.endswith("_IN_PROGRESS"):
        return unknown(what, f"{status}: wait until it is settled")
    return wrong(what, f"{status}: nothing can be deployed to it", _destroy(profile))


def _destroy(profile: Profile) -> str:
    return f"make destroy PROFILE={profile.name} CONFIRM={profile['AWS_ACCOUNT_ID']}"


def _asked(what: str, check: Callable[[], Finding]) -> Finding:
    try:
        return check()
    except (BotoCoreError, ClientError) as error:
        return unknown(what, f"could not be read: {error}")
