"""What a profile may say: its settings by name, what each is for, and what is valid.

The descriptions end up in the sentences a user reads, so each of them says what would be right.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

SERVICE_ENDPOINT = re.compile(r"AWS_ENDPOINT_URL_[A-Z0-9_]+")
"""boto3's setting for the address of one service.

Source: https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
"""

SECRETS = {
    "AWS_ACCESS_KEY_ID": "name a profile of ~/.aws by AWS_PROFILE, or export the key in your shell",
    "AWS_SECRET_ACCESS_KEY": "name a profile of ~/.aws by AWS_PROFILE, or export the key in your shell",
    "AWS_SESSION_TOKEN": "name a profile of ~/.aws by AWS_PROFILE, or export the token in your shell",
    "SNOWFLAKE_PASSWORD": "log in by key pair: SNOWFLAKE_PRIVATE_KEY_FILE",
    "SNOWFLAKE_PRIVATE_KEY_FILE_PWD": "export it in your shell",
}
"""What the file of an aws profile never holds, and what to do in its place."""


def _whole(text: object) -> object:
    """Digits only: pydantic alone would take 15.0 and 1_500 too, and what reads the profile does not."""
    if re.fullmatch(r"0|[1-9][0-9]*", str(text)):
        return text
    raise ValueError


WHOLE = BeforeValidator(_whole)
Port = Annotated[int, Field(ge=1, le=65_535)]
Flag = Literal["true", "false"]


def _longer_than_a_trigger(minutes: int) -> int:
    if minutes and minutes < 30:
        raise ValueError
    return minutes


class Settings(BaseModel):
    """What every profile may say. One that nobody reads is refused: it is a slip of the pen."""

    model_config = ConfigDict(extra="forbid", alias_generator=str.upper)

    project: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{2,30}$")] = Field(
        description="the prefix of every name: 3 to 31 lower-case letters, digits and hyphens"
    )
    airflow: Literal["mwaa", "local"] = Field(
        "mwaa", description="who runs the DAGs: mwaa (managed, in AWS) or local (this machine's Airflow)"
    )
    run_interval_minutes: Annotated[int, Field(ge=0, le=120), WHOLE] = Field(
        description="the least time between two starts of the pipeline: 0 to 120 minutes"
    )
    stream_trigger_seconds: Annotated[int, Field(ge=1, le=900), WHOLE] = Field(
        description="how often the streaming job commits: every 1 to 900 seconds"
    )
    stream_idle_minutes: Annotated[int, Field(ge=0, le=1440), WHOLE, AfterValidator(_longer_than_a_trigger)] = Field(
        description="when the streaming job leaves for want of records: after 30 to 1440 minutes, or never: 0"
    )
    batch_window_seconds: Annotated[int, Field(ge=1, le=300), WHOLE] = Field(
        description="how long Lambda gathers a batch: 1 to 300 seconds"
    )

    aws_region: str | None = None
    aws_default_region: str | None = None
    aws_endpoint_url: str | None = None
    aws_ec2_metadata_disabled: Flag | None = None
    aws_disable_host_prefix_injection: Flag | None = None

    snowflake_account: str | None = None
    snowflake_user: str | None = None
    snowflake_role: str | None = None
    snowflake_warehouse: str | None = None
    snowflake_database: str | None = None
    snowflake_stage_options: str | None = None
    snowflake_host: str | None = None
    snowflake_port: Port | None = Field(None, description="a port from 1 to 65535")
    snowflake_disable_platform_detection: Flag | None = None

    localstack_port: Port | None = Field(None, description="a port from 1 to 65535")
    airflow_port: Port | None = Field(None, description="a port from 1 to 65535")
    dashboard_port: Port | None = Field(None, description="a port from 1 to 65535")
    airflow_url: str | None = None
    airflow_user: str | None = None
    airflow_password: str | None = None


class LocalSettings(Settings):
    """What a profile of this machine says."""

    profile_kind: Literal["local"]
    aws_access_key_id: str | None = None
    aws_secret_access_key: str | None = None
    aws_config_file: str | None = None
    aws_shared_credentials_file: str | None = None
    snowflake_password: str | None = None
    airflow_role_arn: str | None = None

    spark_master_port: Port | None = Field(None, description="a port from 1 to 65535")
    spark_master_ui_port: Port | None = Field(None, description="a port from 1 to 65535")
    spark_worker_ui_port: Port | None = Field(None, description="a port from 1 to 65535")
    spark_master_url: str | None = None
    spark_master_ui_url: str | None = None
    spark_worker_ui_url: str | None = None
    dashboard_url: str | None = None


class AwsSettings(Settings):
    """What a profile of an AWS account says; what has no default must be there."""

    profile_kind: Literal["aws"]
    aws_account_id: Annotated[str, Field(pattern=r"^\d{12}$")] = Field(
        description="the account that deployments go to: 12 digits, as `aws sts get-caller-identity` shows it"
    )
    aws_region: Annotated[str, Field(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")] = Field(
        description="the region that deployments go to, as us-east-1"
    )
    aws_default_region: str = Field(description="the same region again, for boto3: AWS_DEFAULT_REGION=${AWS_REGION}")
    aws_profile: str | None = None
    budget_usd: Annotated[int, Field(ge=0), WHOLE] = Field(
        description="what a month may cost: whole US dollars, 0 for no budget"
    )
    budget_email: Annotated[str, Field(pattern=r"^([^@\s]+@[^@\s]+\.[^@\s]+)?$")] = Field(
        "", description="whom AWS Budgets tells: an address as name@example.com"
    )
    snowflake_account: Annotated[str, Field(pattern=r"^[\w.-]+$")] = Field(
        description="Snowflake's account identifier, as myorg-myaccount"
    )
    snowflake_user: Annotated[str, Field(min_length=1)] = Field(description="the Snowflake user that logs in")
    snowflake_role: Annotated[str, Field(min_length=1)] = Field(
        description="a Snowflake role that may create databases, roles and integrations, as ACCOUNTADMIN"
    )
    snowflake_warehouse: Annotated[str, Field(min_length=1)] = Field(
        description="the name of the lab's virtual warehouse"
    )
    snowflake_database: Annotated[str, Field(min_length=1)] = Field(description="the name of the lab's database")
    snowflake_stage_options: Annotated[str, Field(pattern=r"(?i)^STORAGE_INTEGRATION\s*=\s*\w+$")] = Field(
        description="how Snowflake reads the lake: STORAGE_INTEGRATION = MEDIA_STREAM_S3"
    )
    snowflake_private_key_file: Annotated[str, Field(min_length=1)] = Field(
        description="the private key of the Snowflake user, a PKCS#8 PEM file, as ~/.snowflake/media_stream.p8"
    )


KINDS: Mapping[str, type[Settings]] = {"local": LocalSettings, "aws": AwsSettings}

NAMES = frozenset(name.upper() for kind in KINDS.values() for name in kind.model_fields)
"""Every setting there is."""


def mistakes(values: Mapping[str, str]) -> list[str]:
    """What is wrong with a profile's settings: half sentences that begin with the setting; none when all is well."""
    kind = KINDS.get(values.get("PROFILE_KIND", ""))
    if kind is None:
        return [_wrong("PROFILE_KIND", values.get("PROFILE_KIND"), "local or aws")]
    known = {name: value for name, value in values.items() if not SERVICE_ENDPOINT.fullmatch(name)}
    if kind is AwsSettings and (found := [_secret(name) for name in SECRETS if name in known]):
        return found
    nobody_told = values.get("BUDGET_USD", "0") != "0" and not values.get("BUDGET_EMAIL")
    found = ["BUDGET_EMAIL is missing: whom AWS Budgets tells when BUDGET_USD is spent"] if nobody_told else []
    try:
        kind.model_validate(known)
    except ValidationError as error:
        found += [_sentence(kind, str(each["loc"][0]), each["type"], values) for each in error.errors()]
    return found


def _sentence(kind: type[Settings], name: str, problem: str, values: Mapping[str, str]) -> str:
    if problem == "extra_forbidden":
        close = difflib.get_close_matches(name, [field.upper() for field in kind.model_fields], n=1, cutoff=0.0)
        return f"{name} is no setting of a profile of kind {values['PROFILE_KIND']}. The nearest is {close[0]}"
    field: Any = kind.model_fields[name.lower()]
    valid = field.description or " or ".join(_choices(kind, name)) or "text"
    return _wrong(name, values.get(name), valid)


def _choices(kind: type[Settings], name: str) -> list[str]:
    schema = kind.model_json_schema()["properties"][name]
    return [str(each) for option in schema.get("anyOf", [schema]) for each in option.get("enum", [])]


def _wrong(name: str, value: str | None, valid: str) -> str:
    if not value:
        return f"{name} is missing: {valid}"
    return f"{name}={value} is not valid. It is {valid}"


def _secret(name: str) -> str:
    return f"{name} is a secret, and a profile of kind aws holds none: {SECRETS[name]}"
