"""The lab's stack: `infra/template.yaml` with the profile's parameters and the repository's code.

A deployment that changes nothing costs a second or two. The first one has two steps: everything but what runs code,
then, once the code lies in its bucket, the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

import boto3

from scripts import code, paths
from scripts.cloudformation import Progress, Stack
from scripts.errors import LabError

TEMPLATE = paths.ROOT / "infra" / "template.yaml"
CODE_VERSION = "CodeVersion"
SNOWFLAKE = ("ACCOUNT", "HOST", "PORT", "USER", "PASSWORD", "WAREHOUSE", "DATABASE")


@dataclass(frozen=True, slots=True)
class Outputs:
    """What the stack made, by name, and the version of the code it runs."""

    code_version: str
    code_bucket: str
    lake_bucket: str
    stream_name: str
    emr_application_id: str
    emr_execution_role_arn: str
    glue_role_arn: str
    trigger_queue_url: str
    failure_queue_url: str
    mwaa_environment_name: str
    archive_function_name: str
    trigger_function_name: str

    @classmethod
    def of(cls, values: Mapping[str, str]) -> Outputs:
        """From the stack's outputs, which are named alike (``LakeBucket``). Raises LabError when one is missing."""
        names = {each.name: each.name.title().replace("_", "") for each in fields(cls)}
        missing = sorted(set(names.values()) - values.keys())
        if missing:
            raise LabError(f"The stack has no output {', '.join(missing)}.", next_command="make e2e")
        return cls(**{name: values[output] for name, output in names.items()})


def parameters(settings: Mapping[str, str]) -> dict[str, str]:
    """The template's parameters as a profile gives them: PROJECT and SNOWFLAKE_*."""
    snowflake = {f"Snowflake{each.title()}": settings.get(f"SNOWFLAKE_{each}", "") for each in SNOWFLAKE}
    return {"ProjectName": settings["PROJECT"]} | {name: value for name, value in snowflake.items() if value}


def deploy(
    session: boto3.Session,
    values: Mapping[str, str],
    on_progress: Progress,
    *,
    template: Path = TEMPLATE,
    root: Path = paths.ROOT,
) -> Outputs:
    """Bring stack and code up to date; what is up to date is left alone.

    Args:
        session: whose account and region.
        values: the template's parameters, as ``parameters`` gives them; the code's version is added here.
        on_progress: told what is happening, in a few words.
        template: the template's file.
        root: the repository whose code is deployed.

    Raises:
        LabError: the stack cannot be deployed, or a resource of it was not made; names it and says why.
        Unavailable: it takes longer than it may.
    """
    stack = Stack(session, values["ProjectName"], on_progress)
    body = template.read_text()
    package = code.package(root)
    if "CodeBucket" not in stack.outputs():
        stack.apply(body, {**values, CODE_VERSION: ""})
    bucket = stack.outputs()["CodeBucket"]
    uploaded = code.upload(session, bucket, package)
    on_progress(f"code {package.version}: {len(uploaded)} of {len(package.files)} files uploaded")
    stack.apply(body, {**values, CODE_VERSION: package.version})
    return Outputs.of(stack.outputs())


def outputs(session: boto3.Session, project: str) -> Outputs:
    """The outputs of the stack as it stands. Raises LabError when it is not deployed."""
    stack = Stack(session, project)
    if not stack.exists():
        raise LabError(f"There is no stack {project} in this account and region.", next_command="make e2e")
    return Outputs.of(stack.outputs())
