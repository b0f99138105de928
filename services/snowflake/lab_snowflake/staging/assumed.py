"""The role of a storage integration, assumed for real: S3 sees the role, not the server.

AWS lets a caller assume a role whose trust policy names it, with the external id that the policy asks for. LocalStack
lets everybody: so the server reads the policy there itself, as an administrator of the role's account, and keeps to it.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_common-scenarios_third-party.html
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError
from snowflake.connector.errors import ProgrammingError

from lab_snowflake.account.storage_integrations import USER_ARN
from lab_snowflake.staging.keys import OWN, Keys

SESSION_NAME = "snowflake"
ACTION = "sts:AssumeRole"
ACCOUNT = USER_ARN.split(":")[4]


def keys(role_arn: str, external_id: str) -> Keys:
    """Keys of the role, for an hour.

    Raises:
        ProgrammingError: 003167, there is no such role, or it does not trust the server with this external id.
    """
    if os.environ.get("AWS_ENDPOINT_URL") and not _trusts(role_arn, external_id):
        raise _refused(role_arn)
    try:
        assumed = OWN.client("sts").assume_role(RoleArn=role_arn, RoleSessionName=SESSION_NAME, ExternalId=external_id)[
            "Credentials"
        ]
    except ClientError as error:
        raise _refused(role_arn) from error
    return Keys(assumed["AccessKeyId"], assumed["SecretAccessKey"], assumed["SessionToken"])


def _trusts(role_arn: str, external_id: str) -> bool:
    account, name = role_arn.split(":")[4], role_arn.rsplit("/", 1)[-1]
    administrator = Keys(account, "test")  # to LocalStack, a key of twelve digits is an account's own
    try:
        policy = administrator.client("iam").get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]
    except ClientError:
        return False
    effects = {each["Effect"] for each in _listed(policy["Statement"]) if _is_about(each, external_id)}
    return effects == {"Allow"}


def _is_about(statement: Mapping[str, Any], external_id: str) -> bool:
    """Whether a statement of a trust policy is about this server; a condition that it does not know never holds."""
    principal = statement.get("Principal", {})
    trusted = ["*"] if principal == "*" else _listed(principal.get("AWS", []))
    return (
        bool({"*", USER_ARN, ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root"} & set(trusted))
        and bool({"*", "sts:*", ACTION} & set(_listed(statement.get("Action", []))))
        and all(
            operator == "StringEquals" and key.lower() == "sts:externalid" and external_id in _listed(values)
            for operator, conditions in statement.get("Condition", {}).items()
            for key, values in conditions.items()
        )
    )


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _refused(role_arn: str) -> ProgrammingError:
    return ProgrammingError(
        msg=f"Error assuming AWS_ROLE:\nUser: {USER_ARN} is not authorized to perform: {ACTION} "
        f"on resource: {role_arn}",
        errno=3167,
        sqlstate="42601",
    )
