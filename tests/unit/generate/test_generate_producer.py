"""The producer: only what is refused is sent again; originals come before duplicates; nothing acknowledged is lost."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from scripts.errors import Unavailable
from scripts.generate.producer import Producer, StreamMissing
from scripts.generate.records import Batch, Record

Answer = Callable[[int, list[dict[str, Any]]], list[bool]]
"""Which entries of the nth request are taken."""


class Stream:
    """A Kinesis client of which a test decides what it refuses."""

    class exceptions:  # noqa: N801 (boto3's name)
        class ResourceNotFoundException(ClientError):
            pass

    def __init__(self, answer: Answer) -> None:
        self.taken: list[str] = []
        self.requests: list[int] = []
        self._answer = answer
        self._lock = threading.Lock()

    def put_records(self, StreamName: str, Records: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        with self._lock:
            self.requests.append(len(Records))
            verdicts = self._answer(len(self.requests), Records)
            return {"Records": [self._entry(*pair) for pair in zip(Records, verdicts, strict=True)]}

    def _entry(self, record: dict[str, Any], taken: bool) -> dict[str, str]:
        if not taken:
            return {"ErrorCode": "ProvisionedThroughputExceededException", "ErrorMessage": "Rate exceeded"}
        self.taken.append(record["Data"].decode())
        return {"SequenceNumber": str(len(self.taken)), "ShardId": "shardId-000000000000"}


def batch(*indexes: int, after: int = 0) -> Batch:
    return Batch(tuple(Record(index, "event", f"e{index}", "user", str(index).encode()) for index in indexes), after)


def sent(stream: Stream, batches: list[Batch], **settings: Any) -> tuple[Producer, list[int]]:
    acknowledged: list[int] = []
    producer = Producer(stream, "s", lambda pairs: acknowledged.extend(r.index for r, _ in pairs), **settings)  # type: ignore[arg-type]
    producer.send(batches)
    return producer, acknowledged


def client_error(code: str, status: int, kind: type[ClientError] = ClientError) -> ClientError:
    answer: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return kind(answer, "PutRecords")


def test_only_refused_entries_are_sent_again() -> None:
    stream = Stream(lambda request, entries: [request > 1 or number % 2 == 0 for number in range(len(entries))])
    producer, acknowledged = sent(stream, [batch(0, 1, 2, 3)])
    assert stream.requests == [4, 2]
    assert sorted(stream.taken) == ["0", "1", "2", "3"]
    assert sorted(acknowledged) == [0, 1, 2, 3]
    assert producer.resent == 2


@pytest.mark.parametrize(
    "error",
    [
        EndpointConnectionError(endpoint_url="http://localhost:1"),
        client_error("InternalFailure", 500),
        client_error("ProvisionedThroughputExceededException", 400),
    ],
    ids=["no connection", "server error", "throttled"],
)
def test_a_passing_error_is_survived(error: Exception) -> None:
    def answer(request: int, entries: list[dict[str, Any]]) -> list[bool]:
        if request == 1:
            raise error
        return [True] * len(entries)

    _, acknowledged = sent(Stream(answer), [batch(0, 1)])
    assert acknowledged == [0, 1]


def test_a_stream_that_never_takes_a_record_ends_in_an_error_that_says_so() -> None:
    stream = Stream(lambda _, entries: [entry["Data"] != b"1" for entry in entries])
    with pytest.raises(Unavailable, match=r"'s' did not take 1 of 2 records.*1 × Provisioned.*Rate exceeded") as error:
        sent(stream, [batch(0, 1)], patience_seconds=0.3)
    assert error.value.next_command == "make status"


def test_a_missing_stream_is_final() -> None:
    def answer(_: int, __: list[dict[str, Any]]) -> list[bool]:
        raise client_error("ResourceNotFoundException", 400, Stream.exceptions.ResourceNotFoundException)

    stream = Stream(answer)
    with pytest.raises(StreamMissing, match="There is no stream 's'"):
        sent(stream, [batch(0)])
    assert stream.requests == [1]


def test_a_refused_request_is_final() -> None:
    def answer(_: int, __: list[dict[str, Any]]) -> list[bool]:
        raise client_error("ValidationException", 400)

    stream = Stream(answer)
    with pytest.raises(Unavailable, match="ValidationException"):
        sent(stream, [batch(0)])
    assert stream.requests == [1]


def test_a_duplicate_waits_for_its_original() -> None:
    """Also when the original is refused a few times while other requests are in flight."""
    stream = Stream(lambda request, entries: [entry["Data"] != b"0" or request > 8 for entry in entries])
    batches = [batch(0), *(batch(index) for index in range(1, 6)), batch(6, after=1)]
    sent(stream, batches, requests_in_flight=4)
    assert stream.taken.index("0") < stream.taken.index("6")


def test_ctrl_c_waits_for_requests_on_their_way_and_reports_them() -> None:
    stream = Stream(lambda _, entries: [True] * len(entries))
    acknowledged: list[int] = []
    producer = Producer(stream, "s", lambda pairs: acknowledged.extend(r.index for r, _ in pairs))  # type: ignore[arg-type]

    def interrupted() -> Any:
        yield batch(0, 1)
        yield batch(2)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        producer.send(interrupted())
    assert sorted(str(index) for index in acknowledged) == sorted(stream.taken)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("put-records")]
