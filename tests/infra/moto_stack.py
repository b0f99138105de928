"""The template on moto: a second, independent implementation of CloudFormation and of the services.

What moto's CloudFormation does not know is left out of the template first: it fails a stack in which something refers
to a resource of a type that it does not know.
"""

from __future__ import annotations

import io
import json
import os
import re
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator, Set
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from moto.cloudformation.parsing import get_model_map

from tests.infra.account import ACCOUNT, PARAMETERS, PROJECT, REGION, Template

READY_WITHIN = 60.0
FUNCTIONS = ("archive_records", "trigger_pipeline")


@dataclass(frozen=True)
class Moto:
    """A running server, which is the account's AWS."""

    endpoint: str

    def client(self, service: str) -> Any:
        session: Any = boto3.Session(aws_access_key_id="x", aws_secret_access_key="x", region_name=REGION)
        return session.client(service, endpoint_url=self.endpoint)


@contextmanager
def running(log: Path) -> Iterator[Moto]:
    """A server of its own on a free port, for the account."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", port]
    with log.open("w") as output:
        server = subprocess.Popen(
            command, env={**os.environ, "MOTO_ACCOUNT_ID": ACCOUNT}, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            moto = Moto(f"http://127.0.0.1:{port}")
            wait_until_ready(moto, server, log)
            yield moto
        finally:
            server.terminate()
            server.wait()


def wait_until_ready(moto: Moto, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while server.poll() is None and time.monotonic() < deadline:
        try:
            assert moto.client("sts").get_caller_identity()["Account"] == ACCOUNT
        except (BotoCoreError, ClientError):
            time.sleep(0.2)
        else:
            return
    raise AssertionError(f"moto does not answer; it says:\n{log.read_text()[-2000:]}")


def deploy(moto: Moto, template: Template) -> dict[str, str]:
    """Make the stack in the two steps of a deployment; its resources' physical ids by logical id."""
    stack, body = moto.client("cloudformation"), json.dumps(reduced(template))

    def settings(code_version: str) -> dict[str, Any]:
        values = {**PARAMETERS, "CodeVersion": code_version}
        given = [{"ParameterKey": name, "ParameterValue": value} for name, value in values.items()]
        return {"StackName": PROJECT, "TemplateBody": body, "Parameters": given, "Capabilities": ["CAPABILITY_IAM"]}

    stack.create_stack(**settings(""))
    for name in FUNCTIONS:
        key = f"{PARAMETERS['CodeVersion']}/lambda/{name}.zip"
        moto.client("s3").put_object(Bucket=f"{PROJECT}-{ACCOUNT}-code", Key=key, Body=empty_handler())
    stack.update_stack(**settings(PARAMETERS["CodeVersion"]))
    assert stack.describe_stacks(StackName=PROJECT)["Stacks"][0]["StackStatus"] == "UPDATE_COMPLETE"
    made = stack.describe_stack_resources(StackName=PROJECT)["StackResources"]
    return {each["LogicalResourceId"]: each.get("PhysicalResourceId", "") for each in made}


def empty_handler() -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("handler.py", "def handle(event, context): ...\n")
    return archive.getvalue()


def unsupported(template: Template) -> set[str]:
    """The types of the template that moto's CloudFormation does not know."""
    return {each["Type"] for each in template.source["Resources"].values()} - get_model_map().keys()


def reduced(template: Template) -> dict[str, Any]:
    """The template without resources of unknown types; what refers to them gets the value it would have."""
    unknown = unsupported(template)
    kept = {name: each for name, each in template.source["Resources"].items() if each["Type"] not in unknown}
    left_out = template.source["Resources"].keys() - kept.keys()
    body: dict[str, Any] = filled_in({**template.source, "Resources": kept}, template, left_out)
    for each in body["Resources"].values():
        needed = each.pop("DependsOn", [])
        each["DependsOn"] = [name for name in ([needed] if isinstance(needed, str) else needed) if name in kept]
    return body


def filled_in(expression: Any, template: Template, left_out: Set[str]) -> Any:
    """The expression with the value in place of every Ref, GetAtt and ${...} of what is left out."""
    if isinstance(expression, list):
        return [filled_in(each, template, left_out) for each in expression]
    if not isinstance(expression, dict):
        return expression
    for function in ("Ref", "Fn::GetAtt"):
        named = expression.get(function, "")
        if (named[0] if isinstance(named, list) else named.partition(".")[0]) in left_out:
            return template.value(expression)
    if isinstance(text := expression.get("Fn::Sub"), str):
        return {"Fn::Sub": re.sub(r"\$\{(\w+)[^}]*\}", lambda name: value_of(name, template, left_out), text)}
    return {name: filled_in(each, template, left_out) for name, each in expression.items()}


def value_of(name: re.Match[str], template: Template, left_out: Set[str]) -> str:
    return str(template.value({"Fn::Sub": name[0]})) if name[1] in left_out else name[0]
