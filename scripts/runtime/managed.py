"""Nothing on this machine: AWS and Snowflake run everything, and only deployments start or end it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from scripts import stack
from scripts.display import Display
from scripts.profile import Profile
from scripts.runtime import Program


@dataclass(frozen=True, slots=True)
class Managed:
    """The runtime of a profile of kind aws whose Airflow is MWAA."""

    profile: Profile
    name = "none"

    def start(self, display: Display) -> None:
        """Nothing to start."""
        display.note(f"Profile {self.profile.name} starts nothing on this machine: AWS and Snowflake run everything")

    def stop(self) -> bool:
        """Nothing to stop."""
        return False

    def clean(self) -> None:
        """Nothing to delete but the lab's own reports."""

    def programs(self) -> tuple[Program, ...]:
        """None is on this machine."""
        return ()

    def memory(self) -> Mapping[str, int]:
        """None is on this machine."""
        return {}

    def tail(self, program: str, lines: int) -> str:  # noqa: ARG002 - as every runtime
        """Where AWS keeps the logs."""
        return where_logs_are(self.profile)


def where_logs_are(profile: Profile) -> str:
    """Of what runs in an account, a line each."""
    region, project = profile["AWS_REGION"], profile["PROJECT"]
    tail = f"aws logs tail --region {region}"
    lake = stack.buckets(project, profile["AWS_ACCOUNT_ID"])[0]
    return "\n".join(
        (
            f"Nothing of profile {profile.name} runs on this machine. Its logs:",
            f"  functions       {tail} /aws/lambda/{project}-archive-records   (or …-trigger-pipeline)",
            f"  Airflow         {tail} airflow-{project}-Task   (or …-Scheduler, …-DAGProcessing)",
            f"  Glue            {tail} /aws-glue/jobs/error   (or …/output)",
            f"  EMR Serverless  aws s3 ls --recursive s3://{lake}/logs/emr/",
            "  Snowflake       Snowsight: Monitoring, Query History",
        )
    )
