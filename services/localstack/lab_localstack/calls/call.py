"""One kind of call: who asked which operation, with what parameters, how large they became, and what was answered."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

from lab_localstack.calls import parameters

BODY = "$body"
"""The path of the request's body among the sizes."""


class Caller(NamedTuple):
    """The ARN of a role, or the access key of who has none; the account and region asked; and the client's product."""

    principal: str
    account: str
    region: str
    agent: str


class Kind(NamedTuple):
    """What calls have in common that are recorded as one: all but digits, tokens and sizes."""

    caller: Caller
    service: str
    operation: str
    pattern: str


@dataclass
class Call:
    """Calls of one kind: the first one's parameters, and the largest size of each parameter in any of them."""

    principal: str
    account: str
    region: str
    agent: str
    service: str
    operation: str
    parameters: Any
    sizes: dict[str, int] = field(default_factory=dict)
    answers: list[str] = field(default_factory=list)

    @classmethod
    def first(cls, kind: Kind, request: Mapping[str, Any]) -> "Call":
        """The first call of its kind."""
        return cls(*kind.caller, kind.service, kind.operation, parameters.example(request))

    def add(self, request: Mapping[str, Any], body: int, answer: str) -> bool:
        """Take another call of this kind in, with the size of its body; whether that told anything new."""
        grown = parameters.measure(body, self.sizes, BODY)
        for name, value in request.items():
            grown |= parameters.measure(value, self.sizes, name)
        if answer in self.answers:
            return grown
        self.answers.append(answer)
        return True

    def document(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self)
