"""LocalStack as a service of the lab: how it starts and stops."""

import socket
from contextlib import ExitStack, closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import ClientError


def test_state_lies_below_the_labs_own_directory(lab: Any, localstack: Any, aws: Any) -> None:
    aws("s3").create_bucket(Bucket="own-directory")
    aws("s3").put_object(Bucket="own-directory", Key="large", Body=b"x" * 2_000_001)

    bodies = (lab.var / "localstack" / "state" / "bodies").glob("*/*")
    assert 2_000_001 in {body.stat().st_size for body in bodies}
    assert not Path("/tmp/localstack-s3-storage/own-directory").exists()


def test_it_listens_on_the_loopback_address_alone(lab: Any, localstack: Any) -> None:
    port = int(lab.environment["AWS_ENDPOINT_URL"].rpartition(":")[2])
    listening = "0A"
    rows = [line.split() for name in ("tcp", "tcp6") for line in Path(f"/proc/net/{name}").read_text().splitlines()[1:]]
    addresses = {row[1].partition(":")[0] for row in rows if row[3] == listening and row[1].endswith(f":{port:04X}")}

    assert addresses == {"0100007F"}


def test_kms_makes_keys(aws: Any) -> None:
    assert aws("kms").create_key()["KeyMetadata"]["KeyState"] == "Enabled"


@pytest.mark.parametrize(
    ("service", "operation", "parameters"),
    [
        pytest.param("glue", "get_crawler", {"Name": "none"}, id="glue"),
        pytest.param("mwaa", "create_cli_token", {"Name": "none"}, id="mwaa"),
        pytest.param("kinesis", "list_stream_consumers", {"StreamARN": "arn:aws:kinesis:x"}, id="kinesis"),
    ],
)
def test_an_operation_without_implementation_is_refused_with_a_sentence(
    aws: Any, service: str, operation: str, parameters: dict[str, str]
) -> None:
    with pytest.raises(
        ClientError, match="is not implemented by the local AWS; it works against AWS itself"
    ) as refusal:
        getattr(aws(service), operation)(**parameters)

    assert refusal.value.response["Error"]["Code"] == "NotImplementedException"
    assert refusal.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501


def test_it_stops_in_time_and_leaves_no_process(own_localstack: Any) -> None:
    with own_localstack() as (service, client):
        client("kinesis").create_stream(StreamName="any", ShardCount=1)

        assert service.stop() < 20
        assert service.members() == []


def test_a_stream_made_again_goes_on_with_higher_sequence_numbers(aws: Any) -> None:
    numbers = []
    for _ in range(2):
        aws("kinesis").create_stream(StreamName="again", ShardCount=1)
        put = aws("kinesis").put_record(StreamName="again", Data=b"1", PartitionKey="k")
        numbers.append(int(put["SequenceNumber"]))
        aws("kinesis").delete_stream(StreamName="again")

    assert numbers == sorted(set(numbers))


def test_it_stops_in_time_while_consumers_wait_for_messages(own_localstack: Any) -> None:
    with own_localstack() as (service, client):
        sqs = client("sqs")
        queue = urlsplit(sqs.create_queue(QueueName="empty")["QueueUrl"])
        with ExitStack() as waiting:
            for _ in range(3):
                consumer = waiting.enter_context(closing(HTTPConnection("127.0.0.1", queue.port)))
                consumer.request("GET", f"{queue.path}?Action=ReceiveMessage&WaitTimeSeconds=20")
            sqs.list_queues()  # answered after the requests above have come in

            assert service.stop() < 20
            assert service.exit_code == 0
            assert service.members() == []


def test_a_taken_port_ends_it_with_a_sentence_instead_of_serving_nothing(lab: Any, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        endpoint = f"http://localhost:{taken.getsockname()[1]}"
        ended = lab.run("localstack/start", {"AWS_ENDPOINT_URL": endpoint, "LAB_VAR": str(tmp_path)}, within=60)

    assert ended.exit_code == 1
    assert "Address already in use" in ended.log
    assert "then: make up" in ended.log
