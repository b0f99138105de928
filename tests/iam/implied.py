"""What services of AWS do in a role's name or their own, which the emulator does under no key, or not at all."""

from collections.abc import Iterator, Mapping

from tests.iam.request import Need, Request


def implied(project: str, stream: str, account: str, region: str, roles: Mapping[str, str]) -> Iterator[Request]:
    """For a stack of this project; `roles` are the names of its roles by their logical ids."""
    queue = f"arn:aws:sqs:{region}:{account}:{project}"
    yield from _poll_stream(roles["ArchiveRole"], f"arn:aws:kinesis:{region}:{account}:stream/{stream}")
    yield Request(roles["ArchiveRole"], Need("sqs:SendMessage", f"{queue}-failures"), "what failed after its retries")
    yield from _poll_queue(roles["TriggerRole"], f"{queue}-trigger")
    yield _notification(f"{queue}-trigger", account, f"arn:aws:s3:::{project}-{account}-lake")
    yield _metrics_of_a_job(roles["GlueRole"])
    yield from _managed_airflow(roles["MwaaRole"], project, account, region)


def _poll_stream(role: str, stream: str) -> Iterator[Request]:
    """https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-create.html"""
    for action in ("DescribeStream", "DescribeStreamSummary", "GetRecords", "GetShardIterator", "ListShards"):
        yield Request(role, Need(f"kinesis:{action}", stream), "Lambda polls the stream")


def _poll_queue(role: str, queue: str) -> Iterator[Request]:
    """https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html"""
    for action in ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes"):
        yield Request(role, Need(f"sqs:{action}", queue), "Lambda polls the queue")


def _notification(queue: str, account: str, bucket: str) -> Request:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html"""
    source = {"aws:SourceArn": bucket, "aws:SourceAccount": account}
    return Request("s3.amazonaws.com", Need("sqs:SendMessage", queue, source), "the lake tells of arrivals")


def _metrics_of_a_job(role: str) -> Request:
    """https://docs.aws.amazon.com/glue/latest/dg/create-service-policy.html"""
    return Request(role, Need("cloudwatch:PutMetricData", "*", {"cloudwatch:namespace": "Glue"}), "a job's metrics")


def _managed_airflow(role: str, project: str, account: str, region: str) -> Iterator[Request]:
    """https://docs.aws.amazon.com/mwaa/latest/userguide/mwaa-create-role.html, with a key that AWS owns.

    Airflow's parts talk to each other through a queue in an account of AWS's.
    """
    code = f"arn:aws:s3:::{project}-{account}-code"
    logs = f"arn:aws:logs:{region}:{account}:log-group:airflow-{project}-Task"
    queue = f"arn:aws:sqs:{region}:999999999999:airflow-celery-a1b2c3"
    through_sqs = {"kms:ViaService": f"sqs.{region}.amazonaws.com"}
    needs = [
        Need("airflow:PublishMetrics", f"arn:aws:airflow:{region}:{account}:environment/{project}"),
        Need("s3:GetObject", f"{code}/dags/viewership.py"),
        Need("s3:GetObjectVersion", f"{code}/requirements.txt"),
        *(Need(f"s3:{action}", code) for action in ("ListBucket", "GetBucketLocation")),
        Need("s3:GetBucketPublicAccessBlock", code),
        Need("s3:GetEncryptionConfiguration", code),
        Need("s3:GetAccountPublicAccessBlock", "*"),
        *(Need(f"logs:{action}", logs) for action in ("CreateLogGroup", "FilterLogEvents", "GetLogGroupFields")),
        *(Need(f"logs:{action}", logs) for action in ("GetLogRecord", "GetQueryResults")),
        *(Need(f"logs:{action}", f"{logs}:log-stream:task") for action in ("CreateLogStream", "PutLogEvents")),
        Need("logs:GetLogEvents", f"{logs}:log-stream:task"),
        Need("logs:DescribeLogGroups", "*"),
        Need("cloudwatch:PutMetricData", "*"),
        *(
            Need(f"sqs:{action}", queue)
            for action in ("ChangeMessageVisibility", "DeleteMessage", "GetQueueAttributes")
        ),
        *(Need(f"sqs:{action}", queue) for action in ("GetQueueUrl", "ReceiveMessage", "SendMessage")),
        *(
            Need(f"kms:{action}", f"arn:aws:kms:{region}:999999999999:key/a1b2c3", through_sqs)
            for action in ("Decrypt", "GenerateDataKey", "Encrypt")
        ),
        Need("kms:DescribeKey", f"arn:aws:kms:{region}:999999999999:key/a1b2c3", through_sqs),
    ]
    for need in needs:
        yield Request(role, need, "MWAA itself")
