"""The queue of arrivals: what is covered by a run leaves it, everything else stays."""

from collections.abc import Mapping, Sequence
from typing import Any

from media_stream import coverage


class StillQueued(Exception):
    """SQS did not take messages out of its queue; they will come again, and their runs are there."""


def serve(sqs: Any, queue_url: str, airflow: coverage.Airflow, messages: Sequence[Mapping[str, Any]]) -> None:
    """Have a run start after each arrival that these messages announce; delete the messages that are covered.

    Args:
        sqs: boto3's client.
        queue_url: where the messages were received.
        airflow: who starts runs.
        messages: at most ten, as ReceiveMessage gives them.

    Raises:
        StillQueued: a message could not be deleted.
    """
    failed = coverage.serve(airflow, {message["MessageId"]: message["Body"] for message in messages})
    covered = [message for message in messages if message["MessageId"] not in failed]
    if not covered:
        return
    entries = [{"Id": str(place), "ReceiptHandle": each["ReceiptHandle"]} for place, each in enumerate(covered)]
    refused = sqs.delete_message_batch(QueueUrl=queue_url, Entries=entries).get("Failed")
    if refused:
        raise StillQueued(f"SQS keeps {len(refused)} of {len(covered)} messages: {refused[0]}")
