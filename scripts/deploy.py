"""Deployment: infrastructure, code, warehouse, and the DAGs that run on them. A second time it changes nothing."""

from __future__ import annotations

import boto3

from scripts import dags, ownership, stack, storage_integration, warehouse
from scripts.display import Display
from scripts.profile import Profile, environment
from scripts.stack import Outputs
from scripts.storage_integration import Trust


def deploy(profile: Profile, session: boto3.Session, display: Display) -> Outputs:
    """Bring AWS and Snowflake in line with the repository, and return what the stack gave.

    Raises:
        LabError: a resource, a statement or a DAG failed; the message names it. Before anything is made: Snowflake has
            something of another's under a name that the profile gives.
    """
    display.heading("Deployment")
    with warehouse.connect() as connection:
        ownership.require_ours(connection, {name: profile[name] for name in ownership.SETTINGS})
    parameters = stack.parameters(environment(profile))

    def deploy_stack(trust: Trust) -> Outputs:
        return stack.deploy(session, {**parameters, **trust}, display.note)

    outputs = storage_integration.deploy(profile["SNOWFLAKE_STAGE_OPTIONS"], deploy_stack, display.note)
    warehouse.deploy(variables(profile, outputs), display.note)
    dags.wait_until_parsed(session, outputs)
    display.note(f"DAGs {' and '.join(dags.DAGS)} are parsed")
    return outputs


def variables(profile: Profile, outputs: Outputs) -> dict[str, str]:
    """What ``&{name}`` stands for in the numbered files of snowflake/."""
    return {
        "lake_bucket": outputs.lake_bucket,
        "stage_options": profile["SNOWFLAKE_STAGE_OPTIONS"],
        "database": profile["SNOWFLAKE_DATABASE"],
        "warehouse": profile["SNOWFLAKE_WAREHOUSE"],
    }
