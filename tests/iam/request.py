"""What IAM decides about: may this principal do this action on this resource."""

from collections.abc import Mapping
from dataclasses import dataclass, field

OVER_TLS = {"aws:SecureTransport": "true"}
"""Every client reaches AWS over TLS, whatever the emulator's address is."""


@dataclass(frozen=True)
class Need:
    """An action on a resource, with the condition keys that IAM would see."""

    action: str
    resource: str
    context: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.action} on {self.resource}" + (f" with {dict(self.context)}" if self.context else "")


@dataclass(frozen=True)
class Request:
    """What a role needs (its name), or a service of AWS (`s3.amazonaws.com`), and what for."""

    principal: str
    need: Need
    reason: str

    def __str__(self) -> str:
        return f"{self.principal}: {self.need} ({self.reason})"

    @property
    def is_of_a_service(self) -> bool:
        return self.principal.endswith(".amazonaws.com")
