"""Whose job run it is: the account and region its API call was made for, and clients that act there."""

import os
from dataclasses import dataclass
from typing import Any

from localstack.aws.api import RequestContext
from localstack.aws.connect import connect_to
from localstack.constants import DEFAULT_AWS_ACCOUNT_ID


@dataclass(frozen=True)
class Account:
    """An account in a region."""

    account_id: str
    region: str

    @classmethod
    def of(cls, context: RequestContext) -> "Account":
        """The account and region that the caller of an operation acts in."""
        return cls(context.account_id, context.region)

    def client(self, service: str) -> Any:
        """A boto3 client of the emulated AWS for this account and region."""
        clients = connect_to(aws_access_key_id=self.account_id, region_name=self.region)
        return getattr(clients, service)

    def environment(self) -> dict[str, str]:
        """This process's environment (the profile: endpoint and keys), speaking for this account and region."""
        environment = {**os.environ, "AWS_REGION": self.region, "AWS_DEFAULT_REGION": self.region}
        if self.account_id != DEFAULT_AWS_ACCOUNT_ID:
            environment["AWS_ACCESS_KEY_ID"] = self.account_id  # the emulator takes twelve digits for the account
        return environment
