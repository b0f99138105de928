"""AWS keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import boto3


@dataclass(frozen=True, slots=True)
class Keys:
    """Whom AWS takes the caller for; without any, for the owner of the keys in the server's environment."""

    key_id: str | None = None
    secret: str | None = None
    token: str | None = None

    def client(self, service: str) -> Any:
        """A client of an AWS service with these keys. Its address comes from the environment, as for every client."""
        return boto3.client(
            service,
            aws_access_key_id=self.key_id,
            aws_secret_access_key=self.secret,
            aws_session_token=self.token,
        )


OWN = Keys()
"""The server's own."""
