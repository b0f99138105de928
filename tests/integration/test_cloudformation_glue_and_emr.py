"""Glue and EMR Serverless as resources of a stack: made, changed, replaced, deleted, and failing when they fail."""

import itertools
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.job_runs import eventually

pytestmark = pytest.mark.processes("what a template makes is the same, however LocalStack is run")

_NUMBERS = itertools.count()

DATABASE = {
    "Type": "AWS::Glue::Database",
    "Properties": {
        "CatalogId": {"Ref": "AWS::AccountId"},
        "DatabaseInput": {"Name": "stack_database", "Description": "first"},
    },
}
TABLE = {
    "Type": "AWS::Glue::Table",
    "Properties": {
        "CatalogId": {"Ref": "AWS::AccountId"},
        "DatabaseName": {"Ref": "Database"},
        "TableInput": {"Name": "stack_table", "Description": "first"},
    },
}
JOB = {
    "Type": "AWS::Glue::Job",
    "Properties": {
        "Name": "stack_job",
        "Role": "r",
        "GlueVersion": "6.0",
        "MaxRetries": "1",
        "Command": {"Name": "glueetl", "ScriptLocation": "s3://code/job.py"},
        "DefaultArguments": {"--lake-bucket": "first"},
        "Tags": {"stage": "first"},
    },
}
APPLICATION = {
    "Type": "AWS::EMRServerless::Application",
    "Properties": {
        "Name": "stack-application",
        "Type": "SPARK",
        "ReleaseLabel": "emr-spark-8.0.0",
        "AutoStopConfiguration": {"Enabled": True, "IdleTimeoutMinutes": 20},
        "InitialCapacity": [
            {
                "Key": "Driver",
                "Value": {"WorkerCount": 1, "WorkerConfiguration": {"Cpu": "2 vCPU", "Memory": "4 GB"}},
            }
        ],
        "RuntimeConfiguration": [{"Classification": "spark-defaults", "Properties": {"spark.Kept.Case": "1"}}],
        "Tags": [{"Key": "stage", "Value": "first"}],
    },
}


def template() -> dict[str, Any]:
    """The resources, to be changed by a test, and outputs of what Ref and GetAtt give."""
    resources = {"Database": DATABASE, "Table": TABLE, "Job": JOB, "Application": APPLICATION}
    outputs: dict[str, Any] = {f"{name}Ref": {"Value": {"Ref": name}} for name in resources}
    outputs["Arn"] = {"Value": {"Fn::GetAtt": ["Application", "Arn"]}}
    outputs["Id"] = {"Value": {"Fn::GetAtt": ["Application", "ApplicationId"]}}
    copied: dict[str, Any] = json.loads(json.dumps({"Resources": resources, "Outputs": outputs}))
    return copied


class Stack:
    """The stack of a test."""

    def __init__(self, client: Any) -> None:
        self._cloudformation = client("cloudformation")
        self.name = f"glue-and-emr-{next(_NUMBERS)}"  # LocalStack confuses stacks that had the same name
        self._changes = 0
        self._id = ""

    def deploy(self, body: dict[str, Any]) -> dict[str, Any]:
        """Deploy by a change set as `lab deploy` does, and return the stack when it has settled."""
        self._changes += 1
        name = f"change-{self._changes}"
        kind = "CREATE" if self._changes == 1 else "UPDATE"
        self._id = self._cloudformation.create_change_set(
            StackName=self.name, ChangeSetName=name, ChangeSetType=kind, TemplateBody=json.dumps(body)
        )["StackId"]
        eventually(
            lambda: self._cloudformation.describe_change_set(StackName=self.name, ChangeSetName=name)["Status"],
            lambda status: status == "CREATE_COMPLETE",
        )
        self._cloudformation.execute_change_set(StackName=self.name, ChangeSetName=name)
        settled: dict[str, Any] = eventually(
            self._described, lambda stack: not stack["StackStatus"].endswith("IN_PROGRESS")
        )
        return settled

    def resources(self) -> dict[str, tuple[str, str]]:
        """Physical id and status by logical id."""
        found = self._cloudformation.describe_stack_resources(StackName=self.name)["StackResources"]
        return {one["LogicalResourceId"]: (one["PhysicalResourceId"], one["ResourceStatus"]) for one in found}

    def delete(self) -> None:
        self._cloudformation.delete_stack(StackName=self.name)
        eventually(self._described, lambda stack: stack["StackStatus"] == "DELETE_COMPLETE")

    def _described(self) -> dict[str, Any]:
        found: dict[str, Any] = self._cloudformation.describe_stacks(StackName=self._id)["Stacks"][0]
        return found


@pytest.fixture
def stack(aws: Any) -> Iterator[Stack]:
    made = Stack(aws)
    yield made
    made.delete()


def outputs(stack: dict[str, Any]) -> dict[str, str]:
    return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}


def test_ref_and_getatt_give_what_they_give_on_aws(aws: Any, stack: Stack) -> None:
    made = outputs(stack.deploy(template()))

    application = aws("emr-serverless").get_application(applicationId=made["Id"])["application"]
    assert (made["DatabaseRef"], made["TableRef"], made["JobRef"]) == ("stack_database", "stack_table", "stack_job")
    assert (made["ApplicationRef"], made["Arn"]) == (application["applicationId"], application["arn"])


def test_the_resources_are_made_as_the_template_says(aws: Any, stack: Stack) -> None:
    made = outputs(stack.deploy(template()))

    job = aws("glue").get_job(JobName="stack_job")["Job"]
    application = aws("emr-serverless").get_application(applicationId=made["Id"])["application"]
    assert (job["MaxRetries"], job["DefaultArguments"]) == (1, {"--lake-bucket": "first"})
    assert application["autoStopConfiguration"] == {"enabled": True, "idleTimeoutMinutes": 20}
    assert application["initialCapacity"]["Driver"]["workerConfiguration"] == {"cpu": "2 vCPU", "memory": "4 GB"}
    assert application["runtimeConfiguration"][0]["properties"] == {"spark.Kept.Case": "1"}
    assert application["tags"] == {"stage": "first"}


def test_an_update_changes_the_resources_in_place(aws: Any, stack: Stack) -> None:
    before = outputs(stack.deploy(template()))
    aws("glue").create_table(DatabaseName="stack_database", TableInput={"Name": "made_by_a_job"})
    body = template()
    body["Resources"]["Database"]["Properties"]["DatabaseInput"]["Description"] = "second"
    body["Resources"]["Job"]["Properties"] |= {
        "DefaultArguments": {"--lake-bucket": "second"},
        "Tags": {"owner": "second"},
    }
    body["Resources"]["Application"]["Properties"] |= {"AutoStopConfiguration": {"Enabled": False}, "Tags": []}

    after = stack.deploy(body)

    glue, emr = aws("glue"), aws("emr-serverless")
    assert (after["StackStatus"], outputs(after)) == ("UPDATE_COMPLETE", before)
    assert glue.get_database(Name="stack_database")["Database"]["Description"] == "second"
    tables = [table["Name"] for table in glue.get_tables(DatabaseName="stack_database")["TableList"]]
    assert tables == ["made_by_a_job", "stack_table"]
    assert glue.get_job(JobName="stack_job")["Job"]["DefaultArguments"] == {"--lake-bucket": "second"}
    assert glue.get_tags(ResourceArn="arn:aws:glue:us-east-1:000000000000:job/stack_job")["Tags"] == {"owner": "second"}
    application = emr.get_application(applicationId=before["Id"])["application"]
    assert (application["autoStopConfiguration"], application["tags"]) == ({"enabled": False}, {})


def test_a_new_name_replaces_the_resource_and_the_stack_still_knows_it(aws: Any, stack: Stack) -> None:
    before = outputs(stack.deploy(template()))
    body = template()
    body["Resources"]["Database"]["Properties"]["DatabaseInput"]["Name"] = "stack_database_2"
    body["Resources"]["Table"]["Properties"]["TableInput"]["Name"] = "stack_table_2"
    body["Resources"]["Job"]["Properties"]["Name"] = "stack_job_2"
    body["Resources"]["Application"]["Properties"]["Name"] = "stack-application-2"

    after = outputs(stack.deploy(body))

    assert stack.resources() == {
        "Database": ("stack_database_2", "UPDATE_COMPLETE"),
        "Table": ("stack_table_2", "UPDATE_COMPLETE"),
        "Job": ("stack_job_2", "UPDATE_COMPLETE"),
        "Application": (after["Id"], "UPDATE_COMPLETE"),
    }
    assert "stack_job" not in aws("glue").list_jobs()["JobNames"]
    assert [table["Name"] for table in aws("glue").get_tables(DatabaseName="stack_database_2")["TableList"]] == [
        "stack_table_2"
    ]
    old = aws("emr-serverless").get_application(applicationId=before["Id"])["application"]
    assert old["state"] == "TERMINATED"


def test_resources_without_a_name_get_one_from_the_stack(stack: Stack) -> None:
    body = template()
    for name in ("Database", "Table"):
        key = f"{name}Input"
        del body["Resources"][name]["Properties"][key]["Name"]
    del body["Resources"]["Job"]["Properties"]["Name"]

    made = outputs(stack.deploy(body))

    assert made["JobRef"].startswith(f"{stack.name}-Job-")
    assert made["DatabaseRef"].startswith(f"{stack.name}-database-")
    assert made["TableRef"].startswith(f"{stack.name}-table-")


@pytest.mark.parametrize(
    ("resource", "change", "sentence"),
    [
        pytest.param("Job", {"GlueVersion": "7.0"}, "GlueVersion 7.0 is not valid", id="glue version"),
        pytest.param("Application", {"ReleaseLabel": "emr-8"}, "releaseLabel 'emr-8' is not valid", id="release label"),
    ],
)
def test_what_aws_refuses_fails_the_update_with_its_sentence(
    stack: Stack, aws: Any, resource: str, change: dict[str, str], sentence: str
) -> None:
    stack.deploy(template())
    body = template()
    body["Resources"][resource]["Properties"] |= change

    settled = stack.deploy(body)

    assert "ROLLBACK" in settled["StackStatus"] or "FAILED" in settled["StackStatus"]
    events = aws("cloudformation").describe_stack_events(StackName=stack.name)["StackEvents"]
    assert sentence in " ".join(event.get("ResourceStatusReason", "") for event in events)


def test_deleting_the_stack_deletes_its_resources(aws: Any) -> None:
    stack = Stack(aws)
    made = outputs(stack.deploy(template()))
    stack.delete()

    assert "stack_job" not in aws("glue").list_jobs()["JobNames"]
    assert "stack_database" not in [found["Name"] for found in aws("glue").get_databases()["DatabaseList"]]
    application = aws("emr-serverless").get_application(applicationId=made["Id"])["application"]
    assert application["state"] == "TERMINATED"
