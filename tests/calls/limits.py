"""AWS's limits that the service models do not have: sizes and counts. As of 2026-11-29, each with its page.

`$body` is the whole request's size; where the protocol writes bytes in base64, a third is added to what AWS counts.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tests.calls.recorded import Call

KIB, MIB = 1024, 1024 * 1024
BASE64 = 4 / 3


class Limit(NamedTuple):
    """The most that a size of an operation (`service.Operation`, `service.*` for all) may be."""

    operation: str
    path: str
    most: float
    page: str

    def concerns(self, call: Call) -> bool:
        """Whether it is one of the call's operation, and the call has that parameter."""
        service, _, operation = self.operation.partition(".")
        return call.service == service and operation in ("*", call.operation) and self.path in call.sizes


AWS = "https://docs.aws.amazon.com/"
KINESIS = AWS + "streams/latest/dev/service-sizes-and-limits.html"
S3 = AWS + "AmazonS3/latest/userguide/qfacts.html"
S3_KEYS = AWS + "AmazonS3/latest/userguide/object-keys.html"
SQS = AWS + "AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html"
SQS_QUEUES = AWS + "AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-queues.html"
LOGS = AWS + "AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html"
CLOUDFORMATION = AWS + "AWSCloudFormation/latest/UserGuide/cloudformation-limits.html"
METRICS = AWS + "AmazonCloudWatch/latest/APIReference/API_PutMetricData.html"
EMR_TAGS = AWS + "emr/latest/EMR-Serverless-UserGuide/tagging-restrictions.html"
AIRFLOW = "https://github.com/apache/airflow, airflow/models/dagrun.py: run_id is a StringID, 250 characters"

LIMITS: Sequence[Limit] = (
    Limit("kinesis.PutRecords", "Records[].Data", MIB, KINESIS),  # 10 MiB in streams that are set to it
    Limit("kinesis.PutRecords", "$body", 10 * MIB * BASE64, KINESIS),
    Limit("s3.*", "Key", 1024, S3_KEYS),
    Limit("s3.*", "$body", 5 * KIB * MIB, S3),
    Limit("s3.DeleteObjects", "Delete.Objects", 1000, AWS + "AmazonS3/latest/API/API_DeleteObjects.html"),
    Limit("s3.DeleteObjects", "Delete.Objects[].Key", 1024, S3_KEYS),
    Limit("s3.UploadPart", "PartNumber", 10_000, S3),
    Limit("sqs.ReceiveMessage", "MaxNumberOfMessages", 10, SQS),
    Limit("sqs.ReceiveMessage", "WaitTimeSeconds", 20, SQS_QUEUES),
    Limit("sqs.DeleteMessageBatch", "Entries", 10, SQS),
    Limit("sqs.SendMessage", "MessageBody", MIB, SQS),
    Limit("logs.PutLogEvents", "logEvents[].message", MIB, LOGS),
    Limit("logs.PutLogEvents", "$body", MIB, LOGS),
    Limit("cloudformation.CreateChangeSet", "TemplateBody", 51_200, CLOUDFORMATION),
    Limit("cloudformation.CreateChangeSet", "Parameters", 200, CLOUDFORMATION),
    Limit("cloudformation.CreateChangeSet", "Parameters[].ParameterValue", 4096, CLOUDFORMATION),
    Limit("cloudwatch.PutMetricData", "MetricData", 1000, METRICS),
    Limit("cloudwatch.PutMetricData", "$body", MIB, METRICS),
    Limit("emr-serverless.StartJobRun", "tags", 50, EMR_TAGS),
    Limit("mwaa.InvokeRestApi", "Body.dag_run_id", 250, AIRFLOW),
)


def exceeded(call: Call) -> list[str]:
    """The limits that the call is beyond, in sentences."""
    return [
        f"{call.name} by {call.principal}: {limit.path} is {size}, at most {limit.most:.0f} is valid ({limit.page})"
        for limit in met(call)
        if (size := call.sizes[limit.path]) > limit.most
    ]


def met(call: Call) -> Iterator[Limit]:
    """The limits that concern the call."""
    return (limit for limit in LIMITS if limit.concerns(call))
