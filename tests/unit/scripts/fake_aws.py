"""An AWS that answers from a script: boto3's clients are real up to the wire, and nothing is sent.

What is asked and answered is held to botocore's models: a parameter or a member that AWS does not know fails the test.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import botocore.client
import pytest
from botocore.exceptions import ClientError
from botocore.validate import validate_parameters

from scripts import settings

Answer = Mapping[str, Any] | Exception | Callable[[Mapping[str, Any]], Mapping[str, Any]]

ACCOUNT = "123456789012"
"""Of the profile, and of the credentials unless a test says otherwise."""


def refusal(operation: str, code: str, message: str = "no") -> ClientError:
    """An error as AWS answers it."""
    return ClientError({"Error": {"Code": code, "Message": message}}, operation)


@dataclass
class FakeAws:
    """Answers by "service:Operation"; an operation without an answer fails the test."""

    scripted: dict[str, Answer] = field(default_factory=dict)
    asked: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)

    def answers(self, call: str, answer: Answer) -> None:
        """Let ``call`` be answered so from now on."""
        self.scripted[call] = answer

    def operations(self) -> list[str]:
        """What was called, in order."""
        return [call for call, _ in self.asked]

    def changes(self) -> list[str]:
        """Of what was called, what does more than to look."""
        looks = ("Get", "List", "Describe", "Head", "BatchGet", "Validate", "Invoke")
        return [call for call in self.operations() if not call.partition(":")[2].startswith(looks)]

    def call(self, client: Any, operation: str, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        """In the place of botocore's own sending."""
        model = client.meta.service_model.operation_model(operation)
        call = f"{client.meta.service_model.service_name}:{operation}"
        if model.input_shape:
            validate_parameters(dict(parameters), model.input_shape)
        self.asked.append((call, parameters))
        assert call in self.scripted, f"nobody expected {call} with {parameters}"
        answer = self.scripted[call]
        if isinstance(answer, Exception):
            raise answer
        document = answer(parameters) if callable(answer) else answer
        unknown = set(document) - set(model.output_shape.members if model.output_shape else ())
        assert not unknown, f"{call} has no {unknown}"
        return document


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> FakeAws:
    """AWS, with credentials of ACCOUNT, in a shell that says nothing else of it: `lab test` runs under a profile."""
    fake = FakeAws()
    fake.answers("sts:GetCallerIdentity", {"Account": ACCOUNT, "Arn": f"arn:aws:iam::{ACCOUNT}:user/me", "UserId": "A"})

    def call(client: Any, operation: str, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        return fake.call(client, operation, parameters)

    monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", call)
    for name in [name for name in os.environ if name in settings.NAMES and name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in {"AWS_ACCESS_KEY_ID": "AKIAREAL", "AWS_SECRET_ACCESS_KEY": "secret"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    return fake
