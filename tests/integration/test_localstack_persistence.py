"""The emulated AWS over several lives: killed, started again on the same folder, stopped, started again."""

import io
import json
import os
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import time
from typing import Any

import pytest

from tests.integration.conftest import free_port
from tests.integration.job_runs import CODE_BUCKET, ROLE, eventually, stand_in, upload_scripts

TEMPLATE = {
    "Resources": {
        "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "of-the-stack"}},
        "Database": {
            "Type": "AWS::Glue::Database",
            "Properties": {"CatalogId": {"Ref": "AWS::AccountId"}, "DatabaseInput": {"Name": "of_the_stack"}},
        },
    }
}
HANDLER = "def handle(event, context):\n    return {'answer': 42}\n"
STREAM_ARN = "arn:aws:kinesis:us-east-1:000000000000:stream/kept"
Client = Callable[[str], Any]


@dataclass(frozen=True)
class Kept:
    """Something a restart must not lose: how to make it, and what reading it gives then."""

    make: Callable[[Client], object]
    read: Callable[[Client], object]
    value: object


def make_object(client: Client) -> None:
    client("s3").create_bucket(Bucket="kept")
    client("s3").put_object(Bucket="kept", Key="replaced", Body=b"old")
    client("s3").put_object(Bucket="kept", Key="replaced", Body=b"new", Metadata={"of": "the new"})


def read_object(client: Client) -> object:
    answer = client("s3").get_object(Bucket="kept", Key="replaced")
    return answer["Body"].read(), answer["Metadata"]


def make_object_of_parts(client: Client) -> None:
    s3, place = client("s3"), {"Bucket": "kept", "Key": "in parts"}
    upload = place | {"UploadId": s3.create_multipart_upload(**place)["UploadId"]}
    bodies = (b"a" * 5 * 1024 * 1024, b"b")
    tags = [s3.upload_part(**upload, PartNumber=n, Body=body)["ETag"] for n, body in enumerate(bodies, 1)]
    parts = [{"PartNumber": number, "ETag": tag} for number, tag in enumerate(tags, 1)]
    s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
    s3.copy_object(Bucket="kept", Key="copied", CopySource=place)


def make_message(client: Client) -> None:
    client("sqs").send_message(QueueUrl=client("sqs").create_queue(QueueName="kept")["QueueUrl"], MessageBody="hello")


def read_message(client: Client) -> object:
    url = client("sqs").get_queue_url(QueueName="kept")["QueueUrl"]
    return [message["Body"] for message in client("sqs").receive_message(QueueUrl=url, VisibilityTimeout=0)["Messages"]]


def make_subscription(client: Client) -> None:
    topic = client("sns").create_topic(Name="kept")["TopicArn"]
    queue = "arn:aws:sqs:us-east-1:000000000000:kept"
    client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)


def make_log(client: Client) -> None:
    place = {"logGroupName": "kept", "logStreamName": "kept"}
    client("logs").create_log_group(logGroupName="kept")
    client("logs").create_log_stream(**place)
    client("logs").put_log_events(**place, logEvents=[{"timestamp": int(time() * 1000), "message": "a line"}])


def read_log(client: Client) -> object:
    events = client("logs").get_log_events(logGroupName="kept", logStreamName="kept", startFromHead=True)["events"]
    return [event["message"] for event in events]


def make_key(client: Client) -> None:
    key = client("kms").create_key(Description="kept")["KeyMetadata"]["KeyId"]
    client("kms").create_alias(AliasName="alias/kept", TargetKeyId=key)
    secret = client("kms").encrypt(KeyId=key, Plaintext=b"plain")["CiphertextBlob"]
    client("secretsmanager").create_secret(Name="encrypted", SecretBinary=secret)


def read_key(client: Client) -> object:
    secret = client("secretsmanager").get_secret_value(SecretId="encrypted")["SecretBinary"]
    return client("kms").decrypt(CiphertextBlob=secret)["Plaintext"]


def make_alarm(client: Client) -> None:
    client("cloudwatch").put_metric_data(Namespace="kept", MetricData=[{"MetricName": "m", "Value": 1}])
    client("cloudwatch").put_metric_alarm(
        AlarmName="kept",
        Namespace="kept",
        MetricName="m",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
    )


def read_alarm(client: Client) -> object:
    alarms = client("cloudwatch").describe_alarms(AlarmNames=["kept"])["MetricAlarms"]
    metrics = client("cloudwatch").list_metrics(Namespace="kept")["Metrics"]
    return [alarm["AlarmName"] for alarm in alarms], [metric["MetricName"] for metric in metrics]


def make_stack(client: Client) -> None:
    client("cloudformation").create_stack(StackName="kept", TemplateBody=json.dumps(TEMPLATE))
    client("cloudformation").get_waiter("stack_create_complete").wait(StackName="kept", WaiterConfig={"Delay": 1})


def read_stack(client: Client) -> object:
    (stack,) = client("cloudformation").describe_stacks(StackName="kept")["Stacks"]
    resources = client("cloudformation").describe_stack_resources(StackName="kept")["StackResources"]
    return stack["StackStatus"], sorted(each["LogicalResourceId"] for each in resources)


def make_function(client: Client) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as code:
        code.writestr("handler.py", HANDLER)
    policy = json.dumps({"Version": "2012-10-17", "Statement": []})
    role = client("iam").create_role(RoleName="kept", AssumeRolePolicyDocument=policy)["Role"]["Arn"]
    client("lambda").create_function(
        FunctionName="kept",
        Runtime="python3.13",
        Role=role,
        Handler="handler.handle",
        Code={"ZipFile": archive.getvalue()},
    )


def make_mapping(client: Client) -> None:
    client("kinesis").create_stream(StreamName="kept", ShardCount=2)
    client("lambda").create_event_source_mapping(
        FunctionName="kept", EventSourceArn=STREAM_ARN, StartingPosition="LATEST"
    )
    eventually(lambda: read_mapping(client), lambda states: states == ["Enabled"])


def read_mapping(client: Client) -> object:
    mappings = client("lambda").list_event_source_mappings(EventSourceArn=STREAM_ARN)["EventSourceMappings"]
    return [mapping["State"] for mapping in mappings]


def make_table(client: Client) -> None:
    glue = client("glue")
    glue.create_database(DatabaseInput={"Name": "kept"})
    glue.create_table(DatabaseName="kept", TableInput={"Name": "t", "Parameters": {"metadata_location": "first"}})
    second = {"Name": "t", "Parameters": {"metadata_location": "second"}}
    glue.update_table(DatabaseName="kept", TableInput=second, VersionId="0")


def read_table(client: Client) -> object:
    table = client("glue").get_table(DatabaseName="kept", Name="t")["Table"]
    return table["VersionId"], table["Parameters"]


KEPT = {
    "an object": Kept(make_object, read_object, (b"new", {"of": "the new"})),
    "an object of parts": Kept(
        make_object_of_parts,
        lambda client: client("s3").get_object(Bucket="kept", Key="copied", Range="bytes=5242879-")["Body"].read(),
        b"ab",
    ),
    "a message": Kept(make_message, read_message, ["hello"]),
    "a subscription": Kept(
        make_subscription,
        lambda client: [each["Protocol"] for each in client("sns").list_subscriptions()["Subscriptions"]],
        ["sqs"],
    ),
    "a secret": Kept(
        lambda client: client("secretsmanager").create_secret(Name="kept", SecretString="hidden"),
        lambda client: client("secretsmanager").get_secret_value(SecretId="kept")["SecretString"],
        "hidden",
    ),
    "a parameter": Kept(
        lambda client: client("ssm").put_parameter(Name="/kept", Value="value", Type="String"),
        lambda client: client("ssm").get_parameter(Name="/kept")["Parameter"]["Value"],
        "value",
    ),
    "a key": Kept(make_key, read_key, b"plain"),
    "a log": Kept(make_log, read_log, ["a line"]),
    "an alarm and its metric": Kept(make_alarm, read_alarm, (["kept"], ["m"])),
    "a stack": Kept(make_stack, read_stack, ("CREATE_COMPLETE", ["Database", "Queue"])),
    "a role and a function that answers": Kept(
        make_function,
        lambda client: json.load(client("lambda").invoke(FunctionName="kept")["Payload"]),
        {"answer": 42},
    ),
    "a mapping": Kept(make_mapping, read_mapping, ["Enabled"]),
    "a table": Kept(make_table, read_table, ("1", {"metadata_location": "second"})),
}


def test_nothing_saved_is_lost_by_a_kill_nor_by_a_stop(own_localstack: Any, tmp_path: Path) -> None:
    with own_localstack() as (service, client):
        for kept in KEPT.values():
            kept.make(client)
        wait_until_saved(client, tmp_path)
        service.kill()

    with own_localstack() as (service, client):
        assert {name: kept.read(client) for name, kept in KEPT.items()} == values()
        client("s3").put_object(Bucket="kept", Key="at the last moment", Body=b"still saved")
        service.stop()

    with own_localstack() as (_, client):
        assert {name: kept.read(client) for name, kept in KEPT.items()} == values()
        last = client("s3").get_object(Bucket="kept", Key="at the last moment")
        assert last["Body"].read() == b"still saved"


def test_an_acknowledged_record_survives_a_kill_and_numbers_go_on(own_localstack: Any, tmp_path: Path) -> None:
    with own_localstack() as (service, client):
        client("kinesis").create_stream(StreamName="kept", ShardCount=2)
        wait_until_saved(client, tmp_path)
        data = [str(number).encode() for number in range(300)]
        put = client("kinesis").put_records(
            StreamName="kept", Records=[{"Data": each, "PartitionKey": each.decode()} for each in data]
        )
        service.kill()

    with own_localstack() as (_, client):
        shards = [read_shard(client, f"shardId-{index:012d}") for index in range(2)]
        numbers = [[int(record["SequenceNumber"]) for record in shard] for shard in shards]
        after = client("kinesis").put_record(StreamName="kept", Data=b"after", PartitionKey="k")["SequenceNumber"]

        assert sorted(record["Data"] for shard in shards for record in shard) == sorted(data)
        assert [sorted(each) for each in numbers] == numbers
        assert {number for each in numbers for number in each} == {int(r["SequenceNumber"]) for r in put["Records"]}
        assert int(after) > max(number for each in numbers for number in each)


def test_interrupted_batches_have_failed_and_an_interrupted_stream_runs_again(
    own_localstack: Any, tmp_path: Path
) -> None:
    settings = {"LAB_SPARK_SUBMIT": str(stand_in(tmp_path))}
    with own_localstack(**settings) as (service, client):
        upload_scripts(client)
        glue_run = start_glue_run(client)
        application = client("emr-serverless").create_application(releaseLabel="emr-spark-8.0.0", type="SPARK")
        batch, stream = (start_emr_run(client, application["applicationId"], mode) for mode in ("BATCH", "STREAMING"))
        for run in (batch, stream):
            eventually(partial(emr_run, client, run), lambda seen: seen["state"] == "RUNNING")
        wait_until_saved(client, tmp_path)
        service.kill()

    with own_localstack(**settings) as (_, client):
        ended = client("glue").get_job_run(JobName="waits", RunId=glue_run)["JobRun"]
        assert (ended["JobRunState"], "stopped or killed" in ended["ErrorMessage"]) == ("FAILED", True)

        ended = emr_run(client, batch)
        assert (ended["state"], "stopped or killed" in ended["stateDetails"]) == ("FAILED", True)

        again = eventually(lambda: emr_run(client, stream), lambda seen: seen["state"] == "RUNNING")
        assert again["attempt"] == 2


def test_a_state_of_another_version_ends_the_start_with_its_folder_and_the_way_out(
    lab: Any, own_localstack: Any, tmp_path: Path
) -> None:
    with own_localstack() as (service, client):
        wait_until_saved(client, tmp_path)
        service.stop()
    (manifest,) = state(tmp_path).glob("generations/*/manifest.json")
    manifest.write_text(manifest.read_text().replace('"localstack-core": "', '"localstack-core": "0.'))

    endpoint = f"http://localhost:{free_port()}"
    ended = lab.run("localstack/start", {"AWS_ENDPOINT_URL": endpoint, "LAB_VAR": str(tmp_path)}, within=120)

    assert ended.exit_code == 1
    assert str(state(tmp_path)) in ended.log
    assert "make clean" in ended.log
    assert manifest.exists()


def values() -> dict[str, object]:
    return {name: kept.value for name, kept in KEPT.items()}


def state(var: Path) -> Path:
    return var / "localstack" / "state"


def wait_until_saved(client: Client, var: Path) -> None:
    """Change something, and wait for a save that holds it: it holds all that was changed before as well."""
    mark = os.urandom(8).hex()
    client("ssm").put_parameter(Name="/mark", Value=mark, Type="String")

    def saved() -> bool:
        return any(mark.encode() in path.read_bytes() for path in state(var).glob("generations/[0-9]*[0-9]/ssm.pickle"))

    eventually(saved, bool)


def read_shard(client: Client, shard: str) -> list[dict[str, Any]]:
    start = {"StreamName": "kept", "ShardId": shard, "ShardIteratorType": "TRIM_HORIZON"}
    iterator = client("kinesis").get_shard_iterator(**start)["ShardIterator"]
    records: list[dict[str, Any]] = client("kinesis").get_records(ShardIterator=iterator)["Records"]
    return records


def start_glue_run(client: Client) -> str:
    command = {"Name": "glueetl", "ScriptLocation": f"s3://{CODE_BUCKET}/wait.py", "PythonVersion": "3"}
    client("glue").create_job(Name="waits", Role=ROLE, Command=command, GlueVersion="5.0")
    run: str = client("glue").start_job_run(JobName="waits")["JobRunId"]
    return run


def start_emr_run(client: Client, application: str, mode: str) -> tuple[str, str]:
    driver = {"sparkSubmit": {"entryPoint": f"s3://{CODE_BUCKET}/wait.py"}}
    started = client("emr-serverless").start_job_run(
        applicationId=application, executionRoleArn=ROLE, jobDriver=driver, mode=mode
    )
    return application, started["jobRunId"]


def emr_run(client: Client, run: tuple[str, str]) -> dict[str, Any]:
    seen: dict[str, Any] = client("emr-serverless").get_job_run(applicationId=run[0], jobRunId=run[1])["jobRun"]
    return seen


pytestmark = pytest.mark.timeout(300)
