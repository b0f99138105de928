"""The lab's stack: `infra/template.yaml` with the profile's parameters and the repository's code.

A deployment that changes nothing costs a second or two. The first one has two steps: everything but what runs code,
then, once the code lies in its bucket, the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

import boto3

from scripts import airflow_folder, code, key_pair, paths
from scripts.cloudformation import Progress, Stack
from scripts.errors import LabError

TEMPLATE = paths.ROOT / "infra" / "template.yaml"
CODE_VERSION = "CodeVersion"
AIRFLOW_REQUIREMENTS = "MwaaRequirementsKey"
PARAMETERS = {
    "PROJECT": "ProjectName",
    "AIRFLOW": "Airflow",
    "RUN_INTERVAL_MINUTES": "RunIntervalMinutes",
    "STREAM_TRIGGER_SECONDS": "StreamTriggerSeconds",
    "STREAM_IDLE_MINUTES": "StreamIdleMinutes",
    "BATCH_WINDOW_SECONDS": "BatchWindowSeconds",
    "BUDGET_USD": "BudgetUsd",
    "BUDGET_EMAIL": "BudgetEmail",
    "SNOWFLAKE_ACCOUNT": "SnowflakeAccount",
    "SNOWFLAKE_HOST": "SnowflakeHost",
    "SNOWFLAKE_PORT": "SnowflakePort",
    "SNOWFLAKE_USER": "SnowflakeUser",
    "SNOWFLAKE_PASSWORD": "SnowflakePassword",
    "SNOWFLAKE_WAREHOUSE": "SnowflakeWarehouse",
    "SNOWFLAKE_DATABASE": "SnowflakeDatabase",
}
"""The settings of a profile that are parameters of the template. The rest of them only a deployment knows."""
LEARNED = ("SnowflakeIamUserArn", "SnowflakeExternalId", AIRFLOW_REQUIREMENTS)
"""Parameters whose values the deployment learns on its way."""
PRIVATE_KEY = "SnowflakePrivateKey"


@dataclass(frozen=True, slots=True)
class Outputs:
    """What the stack made, by name, and the version of the code it runs."""

    code_version: str
    code_bucket: str
    lake_bucket: str
    stream_name: str
    kinesis_endpoint: str
    emr_application_id: str
    emr_execution_role_arn: str
    glue_role_arn: str
    trigger_queue_url: str
    failure_queue_url: str
    mwaa_environment_name: str
    archive_function_name: str
    trigger_function_name: str
    snowflake_role_arn: str
    stream_trigger_seconds: str
    stream_idle_minutes: str

    @classmethod
    def of(cls, values: Mapping[str, str]) -> Outputs:
        """From the stack's outputs, which are named alike (``LakeBucket``). Raises LabError when one is missing."""
        names = {each.name: each.name.title().replace("_", "") for each in fields(cls)}
        missing = sorted(set(names.values()) - values.keys())
        if missing:
            raise LabError(f"The stack has no output {', '.join(missing)}.", next_command="make e2e")
        return cls(**{name: values[output] for name, output in names.items()})


def parameters(settings: Mapping[str, str]) -> dict[str, str]:
    """The template's parameters as a profile gives them, and the key by which Airflow logs in to Snowflake.

    Raises:
        LabError: the profile names a key's file that holds none.
    """
    values = {parameter: settings[setting] for setting, parameter in PARAMETERS.items() if settings.get(setting)}
    key = key_pair.configured(settings)
    return values | ({PRIVATE_KEY: key.pem} if key else {})


def buckets(project: str, account: str) -> list[str]:
    """The names of its buckets, as the template makes them: they are known before there is a stack, and outlive it."""
    return [f"{project}-{account}-{kind}" for kind in ("lake", "code")]


def tags(project: str) -> dict[str, str]:
    """By which everything that was made for a project is found again, and its cost told apart."""
    return {"Project": project}


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
        values: the template's parameters, as ``parameters`` gives them; where the code lies is added here.
        on_progress: told what is happening, in a few words.
        template: the template's file.
        root: the repository whose code is deployed.

    Raises:
        LabError: the stack cannot be deployed, or a resource of it was not made; names it and says why.
        Unavailable: it takes longer than it may.
    """
    stack = Stack(session, values["ProjectName"], on_progress, tags=tags(values["ProjectName"]))
    body = template.read_text()
    package = code.package(root)
    stack.wait_until_idle()  # what is being deleted still has outputs
    if "CodeBucket" not in stack.outputs():
        stack.apply(body, {**values, CODE_VERSION: ""})
    bucket = stack.outputs()["CodeBucket"]
    uploaded = code.upload(session, bucket, package)
    on_progress(f"code {package.version}: {len(uploaded)} of {len(package.files)} files uploaded")
    changes = airflow_folder.sync(session, bucket, airflow_folder.files(root))
    on_progress(f"DAGs: {len(changes.put)} files uploaded, {len(changes.deleted)} deleted")
    requirements = airflow_folder.upload_requirements(session, bucket, root)
    stack.apply(body, {**values, CODE_VERSION: package.version, AIRFLOW_REQUIREMENTS: requirements})
    return Outputs.of(stack.outputs())


def outputs(session: boto3.Session, project: str) -> Outputs:
    """The outputs of the stack as it stands. Raises LabError when it is not deployed."""
    stack = Stack(session, project)
    if not stack.exists():
        raise LabError(f"There is no stack {project} in this account and region.", next_command="make e2e")
    return Outputs.of(stack.outputs())
