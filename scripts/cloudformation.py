"""One CloudFormation stack, brought to a template by change sets and checked resource by resource."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Set
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

import boto3
from botocore.exceptions import ClientError

from scripts import identity
from scripts.errors import LabError, Unavailable
from scripts.profile import is_loopback

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import (
        DescribeChangeSetOutputTypeDef,
        ResourceChangeTypeDef,
        StackEventTypeDef,
        StackResourceTypeDef,
        StackTypeDef,
    )

Progress = Callable[[str], None]

DEADLINE_SECONDS = 3600.0
"""The longest a deployment may take: an Airflow environment on AWS takes half an hour."""

FIRST_POLL_SECONDS = 0.1
LONGEST_POLL_SECONDS = 5.0

NO_CHANGES = ("didn't contain changes", "No updates are to be performed")
DEPLOYABLE = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE")
MADE = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE")
NOT_MADE = (None, "REVIEW_IN_PROGRESS", "DELETE_COMPLETE")
"""Of a stack that was at most prepared, or is gone."""
BEGINNINGS = ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS", "IMPORT_IN_PROGRESS")

UNKNOWN = "unknown"
"""The physical id that LocalStack gives a resource it did not make."""


class Stack:
    """The stack ``name`` of the session's account and region.

    Args:
        session: whose account and region.
        name: the stack's name.
        on_progress: told what is happening, in a few words.
        tags: of the stack, and of each of its resources that CloudFormation can tag.
        deadline_seconds: how long to wait for CloudFormation at each step.
    """

    def __init__(
        self,
        session: boto3.Session,
        name: str,
        on_progress: Progress = lambda _: None,
        *,
        tags: Mapping[str, str] | None = None,
        deadline_seconds: float = DEADLINE_SECONDS,
    ) -> None:
        self.name = name
        self._session = session
        self._client: CloudFormationClient = session.client("cloudformation")
        self._on_progress = on_progress
        self._tags = tags or {}
        self._deadline_seconds = deadline_seconds

    def exists(self) -> bool:
        """Whether it was ever made; one that was only prepared (REVIEW_IN_PROGRESS) was not."""
        return self.status() not in NOT_MADE

    def outputs(self) -> dict[str, str]:
        """Its outputs by name."""
        found = self._describe()
        return {each["OutputKey"]: each["OutputValue"] for each in found.get("Outputs", [])} if found else {}

    def parameters(self) -> dict[str, str]:
        """Its parameters by name; of those that CloudFormation does not echo, asterisks."""
        found = self._describe()
        given = found.get("Parameters", []) if found else []
        return {each["ParameterKey"]: each.get("ParameterValue", "") for each in given}

    def resource_types(self) -> dict[str, str]:
        """The types of its resources by their names in the template."""
        return {name: each["ResourceType"] for name, each in self._resources().items()}

    def physical_ids(self, kind: str) -> list[str]:
        """The names in AWS of its resources of one type, without those that are gone; none without a stack."""
        found = self._resources().values() if self.exists() else ()
        return [
            each["PhysicalResourceId"]
            for each in found
            if each["ResourceType"] == kind
            and each["ResourceStatus"] != "DELETE_COMPLETE"
            and each.get("PhysicalResourceId")
        ]

    def delete(self) -> None:
        """Wait for what is in progress, delete it, and wait until it is gone; nothing happens when it is not there.

        Raises:
            LabError: it may not be deleted, or a resource cannot be: names it and says why.
            Unavailable: CloudFormation takes longer than the deadline.
        """
        if self.wait_until_idle() in {None, "DELETE_COMPLETE"}:
            return
        with _refused(f"CloudFormation refuses to delete stack {self.name}", "make destroy"):
            self._client.delete_stack(StackName=self.name)
        for _ in self._polls("its deletion to end", "make destroy"):
            status = self.status() or "DELETE_COMPLETE"
            if status == "DELETE_COMPLETE":
                self._on_progress(f"stack {self.name} is deleted")
                return
            if status == "DELETE_FAILED":
                raise LabError(f"Stack {self.name} is {status}. {self._first_failure()}", next_command="make destroy")
            self._on_progress(f"stack {self.name}: {status}")

    def wait_until_idle(self) -> str | None:
        """Wait for what was set going before, by whomever: until then it takes no change. Returns its status then.

        Raises:
            Unavailable: it takes longer than the deadline.
        """
        status = None
        for _ in self._polls("what is in progress to end", "make doctor"):
            status = self.status()
            if status in NOT_MADE or not status.endswith("_IN_PROGRESS"):
                break
            self._on_progress(f"stack {self.name}: {status}")
        return status

    def template(self) -> str:
        """The template that it was deployed with, as it was written."""
        return str(self._client.get_template(StackName=self.name, TemplateStage="Original")["TemplateBody"])

    def apply(self, template: str, parameters: Mapping[str, str]) -> None:
        """Wait for what is in progress, and deploy the template; nothing happens when it is deployed already.

        Raises:
            LabError: it cannot be deployed, or a resource was not made: names it and says why.
            Unavailable: CloudFormation takes longer than the deadline.
        """
        status = self.wait_until_idle()
        existed = status not in NOT_MADE
        if existed and status not in DEPLOYABLE:
            raise self._undeployable(status)
        before = set(self._resources()) if existed else set()
        changes = self._change("UPDATE" if existed else "CREATE", template, parameters)
        added = {each["LogicalResourceId"] for each in changes if each["Action"] == "Add"}
        removed = {each["LogicalResourceId"] for each in changes if each["Action"] == "Remove"}
        self._check((before | added) - removed)

    def _change(
        self, kind: Literal["CREATE", "UPDATE"], template: str, parameters: Mapping[str, str]
    ) -> list[ResourceChangeTypeDef]:
        """Prepare a change set and bring it about; what changes of resources, none when it was only outputs or tags."""
        self._on_progress(f"stack {self.name}: comparing")
        with _refused(f"CloudFormation refuses the template of stack {self.name}"):
            change_set, described = self._prepare(kind, template, parameters)
        if described["Status"] == "FAILED":
            self._client.delete_change_set(ChangeSetName=change_set, StackName=self.name)
            reason = described.get("StatusReason", "no reason given")
            if any(sentence in reason for sentence in NO_CHANGES):
                return []
            raise LabError(f"CloudFormation refuses to deploy stack {self.name}: {reason}")
        changes = [change["ResourceChange"] for change in described["Changes"] if "ResourceChange" in change]
        before = self._describe()
        self._client.execute_change_set(ChangeSetName=change_set, StackName=self.name)
        self._wait_until_executed(before, len(changes))
        return changes

    def _undeployable(self, status: str | None) -> LabError:
        words = f"Stack {self.name} is {status}. {self._first_failure()}"
        return LabError(words, next_command=self._way_out(status))

    def _prepare(
        self, kind: Literal["CREATE", "UPDATE"], template: str, parameters: Mapping[str, str]
    ) -> tuple[str, DescribeChangeSetOutputTypeDef]:
        """Have the changes worked out: the change set's id and its description, CREATE_COMPLETE or FAILED."""
        change_set = self._client.create_change_set(
            StackName=self.name,
            ChangeSetName=f"deploy-{uuid.uuid4().hex[:12]}",
            ChangeSetType=kind,
            TemplateBody=template,
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
            Tags=[{"Key": key, "Value": value} for key, value in self._tags.items()],
            Capabilities=["CAPABILITY_NAMED_IAM"],
        )["Id"]
        for _ in self._polls("its change set to be ready"):
            described = self._client.describe_change_set(ChangeSetName=change_set, StackName=self.name)
            if described["Status"] in ("CREATE_COMPLETE", "FAILED"):
                break
        return change_set, described

    def _wait_until_executed(self, before: StackTypeDef | None, total: int) -> None:
        """Wait until a change set that was set going is done. Raises LabError when it was not made.

        Args:
            before: the stack until then: as long as AWS describes it so, nothing has begun.
            total: how many resources change.
        """
        status, begun = "", False
        for _ in self._polls("its deployment to end"):
            found = self._describe()
            status = found["StackStatus"] if found else ""
            begun = begun or _mark(found) != _mark(before)
            if begun and not status.endswith("_IN_PROGRESS"):
                break
            done = sum(each["ResourceStatus"] in MADE for each in self._resources().values())
            self._on_progress(f"stack {self.name}: {done} resources ready, {total} changes")
        if status not in MADE:
            raise self._undeployable(status)

    def _check(self, expected: Set[str]) -> None:
        """Raise LabError unless every expected resource was truly made."""
        found = self._resources()
        wrong = [f"{each}: not there" for each in sorted(expected - found.keys())]
        for name, resource in found.items():
            status, physical_id = resource["ResourceStatus"], resource.get("PhysicalResourceId")
            if status not in MADE or physical_id in (None, "", UNKNOWN):
                reason = resource.get("ResourceStatusReason") or f"its id is {physical_id!r}"
                wrong.append(f"{name} ({resource['ResourceType']}): {status}, {reason}")
        if wrong:
            raise LabError(f"Stack {self.name} is deployed, but not whole:\n  " + "\n  ".join(wrong))

    def status(self) -> str | None:
        """Its status, None when it was never made or is long gone."""
        found = self._describe()
        return found["StackStatus"] if found else None

    def _describe(self) -> StackTypeDef | None:
        try:
            return self._client.describe_stacks(StackName=self.name)["Stacks"][0]
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise

    def _resources(self) -> dict[str, StackResourceTypeDef]:
        found = self._client.describe_stack_resources(StackName=self.name)["StackResources"]
        return {each["LogicalResourceId"]: each for each in found}

    def _first_failure(self) -> str:
        """The resource that failed first in the last operation, with its reason; what fails later follows from it."""
        failed = [
            each
            for each in self._last_operation()
            if each["ResourceStatus"].endswith("_FAILED") and "cancelled" not in each.get("ResourceStatusReason", "")
        ]
        if not failed:
            return "No resource says why."
        first = failed[-1]
        reason = first.get("ResourceStatusReason", "no reason given")
        return f"{first['LogicalResourceId']} ({first['ResourceType']}): {reason}"

    def _last_operation(self) -> Iterator[StackEventTypeDef]:
        """The events of the last one, the newest first: AWS lists those of all operations there ever were."""
        for page in self._client.get_paginator("describe_stack_events").paginate(StackName=self.name):
            for event in page["StackEvents"]:
                yield event
                if event.get("PhysicalResourceId") == event["StackId"] and _is_beginning(event):
                    return

    def _way_out(self, status: str | None) -> str:
        """What to type when it cannot be deployed to; the bare ``aws`` would act in the account of the user's shell."""
        if status == "UPDATE_ROLLBACK_COMPLETE":
            return "make e2e"
        on_aws = not is_loopback(urlsplit(self._client.meta.endpoint_url).hostname or "")
        if status == "UPDATE_ROLLBACK_FAILED" and on_aws:
            command = f"aws cloudformation continue-update-rollback --stack-name {self.name}"
            return identity.on_command_line(command, self._session)
        return "make destroy"

    def _polls(self, awaited: str, next_command: str = "make e2e") -> Iterator[None]:
        """Yield at once, then at growing intervals. Raises Unavailable past the deadline."""
        pause, deadline = FIRST_POLL_SECONDS, time.monotonic() + self._deadline_seconds
        while time.monotonic() < deadline:
            yield
            time.sleep(pause)
            pause = min(pause * 1.5, LONGEST_POLL_SECONDS)
        waited = f"Stack {self.name} has waited {self._deadline_seconds / 60:.0f} minutes for {awaited}."
        raise Unavailable(waited, next_command=next_command)


def _mark(stack: StackTypeDef | None) -> tuple[object, ...]:
    """What another operation on a stack changes of it."""
    return (stack["StackStatus"], stack.get("ChangeSetId"), stack.get("LastUpdatedTime")) if stack else ()


def _is_beginning(event: StackEventTypeDef) -> bool:
    """Whether an operation began with this event of a stack; LocalStack gives no reason, a resumed rollback has it."""
    return event["ResourceStatus"] in BEGINNINGS or event.get("ResourceStatusReason") == "User Initiated"


@contextmanager
def _refused(words: str, next_command: str | None = None) -> Iterator[None]:
    """Say what CloudFormation finds invalid as a LabError that begins with ``words``."""
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] != "ValidationError":
            raise
        raise LabError(f"{words}: {error.response['Error']['Message']}", next_command=next_command) from error
