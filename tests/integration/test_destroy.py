"""A whole stack on LocalStack, taken away again: nothing of it is left, and a second time changes nothing."""

from collections.abc import Iterator

import boto3
import pytest

from scripts import stack
from scripts.cloudformation import Stack
from scripts.destroy import buckets, jobs, left
from tests.integration.conftest import Lab
from tests.integration.running import RunningService

pytestmark = pytest.mark.processes("what is taken away is the same, however services are run")

ACCOUNT = "444455556666"
"""LocalStack takes an access key of twelve digits for the account: one of this test's own."""


@pytest.fixture(scope="module")
def session(lab: Lab, localstack: RunningService) -> Iterator[boto3.Session]:
    """A session of that account, in LocalStack."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {**lab.environment, "AWS_ACCESS_KEY_ID": ACCOUNT}.items():
            if name.startswith("AWS_"):
                patch.setenv(name, value)
        yield boto3.Session()


def take_away(session: boto3.Session, deployed: Stack) -> None:
    for application in deployed.physical_ids("AWS::EMRServerless::Application"):
        jobs.stop_application(session, application, print)
    for job in deployed.physical_ids("AWS::Glue::Job"):
        jobs.stop_glue_runs(session, job, print)
    names = [f"media-stream-{ACCOUNT}-{name}" for name in ("lake", "code")]
    for name in names:
        buckets.empty(session, name, ACCOUNT, print)
    deployed.delete()
    for name in names:
        buckets.delete(session, name, ACCOUNT, print)


def test_a_stack_with_data_in_its_buckets_is_taken_away_whole(lab: Lab, session: boto3.Session) -> None:
    outputs = stack.deploy(session, stack.parameters(lab.environment), print)
    s3 = session.client("s3")
    for body in (b"first", b"second"):
        s3.put_object(Bucket=outputs.code_bucket, Key="dags/viewership.py", Body=body)
    s3.delete_object(Bucket=outputs.code_bucket, Key="dags/viewership.py")
    s3.put_object(Bucket=outputs.lake_bucket, Key="raw/one", Body=b"record")
    s3.create_multipart_upload(Bucket=outputs.lake_bucket, Key="half")
    deployed = Stack(session, "media-stream", print)
    seen = left.tagged(session, "media-stream")

    take_away(session, deployed)

    assert not deployed.exists()
    assert s3.list_buckets()["Buckets"] == []
    assert session.client("kinesis").list_streams()["StreamNames"] == []
    applications = session.client("emr-serverless").list_applications()["applications"]
    assert {each["state"] for each in applications} <= {"TERMINATED"}, "AWS goes on listing those for a while"
    assert session.client("lambda").list_functions()["Functions"] == []
    assert seen
    assert left.tagged(session, "media-stream") == []
    take_away(session, deployed)
