"""Whose job run it is: the account, region and role it works in, and clients and variables that act as that."""

import os
from dataclasses import dataclass, replace
from typing import Any

from localstack.aws.api import RequestContext
from localstack.aws.connect import connect_to
from localstack.constants import DEFAULT_AWS_ACCOUNT_ID


@dataclass(frozen=True)
class Keys:
    """The temporary keys of an assumed role. The emulator lets nothing expire, so a stream may keep them for days."""

    access_key_id: str
    secret_access_key: str
    session_token: str

    def environment(self) -> dict[str, str]:
        """The variables from which every AWS SDK takes them."""
        return {
            "AWS_ACCESS_KEY_ID": self.access_key_id,
            "AWS_SECRET_ACCESS_KEY": self.secret_access_key,
            "AWS_SESSION_TOKEN": self.session_token,
        }


@dataclass(frozen=True)
class Account:
    """An account in a region; with keys, a role of that account."""

    account_id: str
    region: str
    keys: Keys | None = None

    @classmethod
    def of(cls, context: RequestContext) -> "Account":
        """The account and region that the caller of an operation acts in."""
        return cls(context.account_id, context.region)

    def under(self, role: str) -> "Account":
        """The same, acting as a role, given by its ARN or (as Glue takes it too) by its name."""
        arn = role if role.startswith("arn:") else f"arn:aws:iam::{self.account_id}:role/{role}"
        issued = self.client("sts").assume_role(RoleArn=arn, RoleSessionName="job-run")["Credentials"]
        keys = Keys(issued["AccessKeyId"], issued["SecretAccessKey"], issued["SessionToken"])
        return replace(self, keys=keys)

    def client(self, service: str) -> Any:
        """A boto3 client of the emulated AWS that acts as this."""
        if self.keys is None:
            clients = connect_to(aws_access_key_id=self.account_id, region_name=self.region)
        else:
            clients = connect_to(
                aws_access_key_id=self.keys.access_key_id,
                aws_secret_access_key=self.keys.secret_access_key,
                aws_session_token=self.keys.session_token,
                region_name=self.region,
            )
        return getattr(clients, service)

    def environment(self) -> dict[str, str]:
        """This process's environment (the profile: endpoint and keys), acting as this."""
        environment = {**os.environ, "AWS_REGION": self.region, "AWS_DEFAULT_REGION": self.region}
        if self.keys is not None:
            return environment | self.keys.environment()
        if self.account_id != DEFAULT_AWS_ACCOUNT_ID:
            environment["AWS_ACCESS_KEY_ID"] = self.account_id  # the emulator takes twelve digits for the account
        return environment
