"""What each operation of the run needs: IAM's actions, on which resources, with which condition keys.

No API says this; it is written down from the Service Authorization Reference
(https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html)
and each service's own pages; the simulator refuses an action, resource type or condition key that IAM does not have.
An operation that is not in the table is an error: what it needs is not known.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from tests.calls.recorded import Call
from tests.iam.request import Need, Request

Needs = Callable[[Call], Iterator[Need]]


class UnknownOperationError(Exception):
    """Nobody has written down what this operation needs."""


@dataclass(frozen=True)
class On:
    """An action on a resource, whose ARN and condition keys are made of the call's parameters, region and account.

    A condition key whose parameter was not given is left out.
    """

    action: str
    resource: str
    context: Mapping[str, str] = field(default_factory=dict)

    def need(self, call: Call) -> Need:
        values = {**call.parameters, "region": call.region, "account": call.account}
        keys = {key: str(values[name]) for key, name in self.context.items() if name in values}
        return Need(self.action, self.resource.format_map(values), keys)


def needs(call: Call) -> list[Need]:
    """What the caller must be allowed. Raises UnknownOperationError."""
    try:
        entry = TABLE[call.name]
    except KeyError:
        raise UnknownOperationError(
            f"{call.name} by {call.principal} is not in tests/iam/operations.py: write down what it needs."
        ) from None
    found = list(entry(call)) if callable(entry) else [each.need(call) for each in entry]
    return found + _listing_of_what_is_missing(call)


def requests(calls: list[Call], keys: Mapping[str, str]) -> list[Request]:
    """What the roles ask IAM for, each once; `keys` are access keys that stand for a role.

    Other keys are a user's own (the profile's), who may do all.
    """
    found: dict[str, Request] = {}
    for call in calls:
        role = call.role or keys.get(call.principal)
        if role is None or _only_the_emulators(call):
            continue
        for need in needs(call):
            request = Request(role, need, call.name)
            found.setdefault(str(request), request)
    return list(found.values())


def _only_the_emulators(call: Call) -> bool:
    """LocalStack's writer of functions' logs asks for a group that is there; Lambda itself goes on without it."""
    return call.name == "logs.CreateLogGroup" and "/aws/lambda/" in call.parameters["logGroupName"]


def _listing_of_what_is_missing(call: Call) -> list[Need]:
    """S3 says that an object is not there to those alone who may list the bucket; to others 403, which fails a job."""
    if call.service != "s3" or not call.not_found or "Key" not in call.parameters:
        return []
    return [Need("s3:ListBucket", f"arn:aws:s3:::{call.parameters['Bucket']}")]


OBJECT = "arn:aws:s3:::{Bucket}/{Key}"
BUCKET = "arn:aws:s3:::{Bucket}"
GLUE = "arn:aws:glue:{region}:{account}:"
EMR = "arn:aws:emr-serverless:{region}:{account}:/applications/{applicationId}"
LOG_GROUP = "arn:aws:logs:{region}:{account}:log-group:{logGroupName}"
LOG_STREAM = LOG_GROUP + ":log-stream:{logStreamName}"
SECRET = "arn:aws:secretsmanager:{region}:{account}:secret:{SecretId}-a1B2c3"  # the six characters are AWS's
LISTING = {"s3:prefix": "Prefix", "s3:delimiter": "Delimiter", "s3:max-keys": "MaxKeys"}


def on_glue_table(action: str, database: str, table: str) -> tuple[On, ...]:
    """Glue asks for a table's catalog and database too."""
    return (
        On(action, f"{GLUE}catalog"),
        On(action, f"{GLUE}database/{database}"),
        On(action, f"{GLUE}table/{database}/{table}"),
    )


def on_glue_database(action: str) -> tuple[On, ...]:
    return On(action, f"{GLUE}catalog"), On(action, f"{GLUE}database/{{Name}}")


def on_stream(action: str) -> Needs:
    """By the stream's ARN or its name. An iterator names no stream to others; who got it asked for that stream."""

    def resolve(call: Call) -> Iterator[Need]:
        name = call.parameters.get("StreamName") or call.parameters["StreamARN"].rpartition("/")[2]
        yield Need(action, f"arn:aws:kinesis:{call.region}:{call.account}:stream/{name}")

    return resolve


def on_queue(action: str) -> Needs:
    """By the queue's address, which ends with its name."""

    def resolve(call: Call) -> Iterator[Need]:
        name = call.parameters["QueueUrl"].rpartition("/")[2]
        yield Need(action, f"arn:aws:sqs:{call.region}:{call.account}:{name}")

    return resolve


def delete_objects(call: Call) -> Iterator[Need]:
    for each in call.parameters["Delete"]["Objects"]:
        yield Need("s3:DeleteObject", f"arn:aws:s3:::{call.parameters['Bucket']}/{each['Key']}")


def copy_object(call: Call) -> Iterator[Need]:
    """The source is `bucket/key`, as a URL has it, perhaps with a slash before and a version behind."""
    source = unquote(call.parameters["CopySource"].partition("?")[0]).lstrip("/")
    yield Need("s3:GetObject", f"arn:aws:s3:::{source}")
    yield On("s3:PutObject", OBJECT).need(call)


def start_emr_job(call: Call) -> Iterator[Need]:
    """The run, and the role that is handed to it."""
    parameters: Mapping[str, Any] = call.parameters
    yield On("emr-serverless:StartJobRun", EMR).need(call)
    yield Need("iam:PassRole", parameters["executionRoleArn"], {"iam:PassedToService": "emr-serverless.amazonaws.com"})
    if parameters.get("tags"):
        yield On("emr-serverless:TagResource", EMR).need(call)


def invoke_airflow(call: Call) -> Iterator[Need]:
    """In the role of Airflow that the environment gives to the caller; User is the least that may start a DAG."""
    name = call.parameters["Name"]
    yield Need("airflow:InvokeRestApi", f"arn:aws:airflow:{call.region}:{call.account}:role/{name}/User")


TABLE: Mapping[str, Needs | tuple[On, ...]] = {
    "emr-serverless.CancelJobRun": (On("emr-serverless:CancelJobRun", EMR + "/jobruns/{jobRunId}"),),
    "emr-serverless.GetApplication": (On("emr-serverless:GetApplication", EMR),),
    "emr-serverless.GetDashboardForJobRun": (On("emr-serverless:GetDashboardForJobRun", EMR + "/jobruns/{jobRunId}"),),
    "emr-serverless.GetJobRun": (On("emr-serverless:GetJobRun", EMR + "/jobruns/{jobRunId}"),),
    "emr-serverless.StartApplication": (On("emr-serverless:StartApplication", EMR),),
    "emr-serverless.StartJobRun": start_emr_job,
    "glue.BatchStopJobRun": (On("glue:BatchStopJobRun", f"{GLUE}job/{{JobName}}"),),
    "glue.CreateTable": on_glue_table("glue:CreateTable", "{DatabaseName}", "{TableInput[Name]}"),
    "glue.GetDatabase": on_glue_database("glue:GetDatabase"),
    "glue.GetDatabases": (On("glue:GetDatabases", f"{GLUE}catalog"),),
    "glue.GetJob": (On("glue:GetJob", f"{GLUE}job/{{JobName}}"),),
    "glue.GetJobRun": (On("glue:GetJobRun", f"{GLUE}job/{{JobName}}"),),
    "glue.GetTable": on_glue_table("glue:GetTable", "{DatabaseName}", "{Name}"),
    "glue.GetTables": on_glue_table("glue:GetTables", "{DatabaseName}", "*"),
    "glue.StartJobRun": (On("glue:StartJobRun", f"{GLUE}job/{{JobName}}"),),
    "glue.UpdateTable": on_glue_table("glue:UpdateTable", "{DatabaseName}", "{TableInput[Name]}"),
    "kinesis.DescribeStream": on_stream("kinesis:DescribeStream"),
    "kinesis.DescribeStreamSummary": on_stream("kinesis:DescribeStreamSummary"),
    "kinesis.GetRecords": lambda call: iter(()),  # as its GetShardIterator, which the same caller asked before
    "kinesis.GetShardIterator": lambda call: (
        need for action in ("kinesis:GetShardIterator", "kinesis:GetRecords") for need in on_stream(action)(call)
    ),
    "kinesis.ListShards": on_stream("kinesis:ListShards"),
    "logs.CreateLogGroup": (On("logs:CreateLogGroup", LOG_GROUP),),
    "logs.CreateLogStream": (On("logs:CreateLogStream", LOG_STREAM),),
    "logs.PutLogEvents": (On("logs:PutLogEvents", LOG_STREAM),),
    "mwaa.InvokeRestApi": invoke_airflow,
    "s3.AbortMultipartUpload": (On("s3:AbortMultipartUpload", OBJECT),),
    "s3.CompleteMultipartUpload": (On("s3:PutObject", OBJECT),),
    "s3.CopyObject": copy_object,
    "s3.CreateMultipartUpload": (On("s3:PutObject", OBJECT),),
    "s3.DeleteObject": (On("s3:DeleteObject", OBJECT),),
    "s3.DeleteObjects": delete_objects,
    "s3.GetBucketLocation": (On("s3:GetBucketLocation", BUCKET),),
    "s3.GetObject": (On("s3:GetObject", OBJECT),),
    "s3.HeadBucket": (On("s3:ListBucket", BUCKET),),
    "s3.HeadObject": (On("s3:GetObject", OBJECT),),
    "s3.ListMultipartUploads": (On("s3:ListBucketMultipartUploads", BUCKET),),
    "s3.ListObjects": (On("s3:ListBucket", BUCKET, LISTING),),
    "s3.ListObjectsV2": (On("s3:ListBucket", BUCKET, LISTING),),
    "s3.PutObject": (On("s3:PutObject", OBJECT),),
    "s3.UploadPart": (On("s3:PutObject", OBJECT),),
    "secretsmanager.GetSecretValue": (On("secretsmanager:GetSecretValue", SECRET),),
    "sqs.ChangeMessageVisibility": on_queue("sqs:ChangeMessageVisibility"),
    "sqs.DeleteMessage": on_queue("sqs:DeleteMessage"),
    "sqs.DeleteMessageBatch": on_queue("sqs:DeleteMessage"),
    "sqs.GetQueueAttributes": on_queue("sqs:GetQueueAttributes"),
    "sqs.ReceiveMessage": on_queue("sqs:ReceiveMessage"),
    "sqs.SendMessage": on_queue("sqs:SendMessage"),
    "sts.GetCallerIdentity": lambda call: iter(()),  # needs no permission
}
