"""The calls that LocalStack has recorded (services/localstack/lab_localstack/calls)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Call:
    """Calls of one kind: the first one's parameters, the largest sizes of any, and what was answered."""

    principal: str
    account: str
    region: str
    agent: str
    service: str
    operation: str
    parameters: Mapping[str, Any]
    sizes: Mapping[str, int]
    answers: tuple[str, ...]

    @property
    def name(self) -> str:
        """`service.Operation`."""
        return f"{self.service}.{self.operation}"

    @cached_property
    def role(self) -> str | None:
        """The name of the role under whose keys it was made; None for a key of no role."""
        return self.principal.rpartition("/")[2] if self.principal.startswith("arn:") else None

    @property
    def not_found(self) -> bool:
        """Whether one of them asked for what was not there."""
        return any(answer.startswith("404") for answer in self.answers)


def load(file: Path) -> list[Call]:
    """The calls of a file that LAB_RECORD_CALLS named."""
    return [Call(**{**document, "answers": tuple(document["answers"])}) for document in json.loads(file.read_text())]
