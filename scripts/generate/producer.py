"""PutRecords: many records a request, several requests in flight, only what was refused sent again."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError, ConnectionError, HTTPClientError
from tenacity import Retrying, retry_if_exception, stop_after_delay, stop_when_event_set, wait_random_exponential
from tenacity.nap import sleep_using_event

from scripts.errors import LabError, Unavailable
from scripts.generate.records import Batch, Record

if TYPE_CHECKING:
    from mypy_boto3_kinesis import KinesisClient
    from mypy_boto3_kinesis.type_defs import PutRecordsResultEntryTypeDef

PATIENCE_SECONDS = 90.0
"""How long one batch is tried: longer than a restarted service needs to answer again."""

Acknowledged = list[tuple[Record, str]]
OnAcknowledged = Callable[[Acknowledged], None]


class StreamMissing(LabError):
    """The stream does not exist."""


class _Refused(Exception):
    """Some entries of a request were not taken: a state, not an end; carries why, counted by the stream's own words."""

    def __init__(self, causes: Counter[str]) -> None:
        super().__init__("; ".join(f"{count} × {cause}" for cause, count in causes.most_common(3)))


class Producer:
    """Sends batches to ``stream``; ``resent`` counts the entries that had to be sent again."""

    def __init__(
        self,
        kinesis: KinesisClient,
        stream: str,
        on_acknowledged: OnAcknowledged,
        *,
        requests_in_flight: int = 4,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self.resent = 0
        self._kinesis = kinesis
        self._stream = stream
        self._on_acknowledged = on_acknowledged
        self._requests_in_flight = requests_in_flight
        self._patience_seconds = patience_seconds
        self._stopping = threading.Event()
        self._lock = threading.Lock()

    def send(self, batches: Iterable[Batch]) -> None:
        """Send every batch, in any order but for duplicates: they wait until their originals are acknowledged.

        Whatever ends this early (Ctrl-C too), requests on their way are waited for and their records reported.

        Raises:
            StreamMissing: there is no such stream.
            Unavailable: a batch was still not taken whole after the time given.
        """
        pending: dict[Future[None], int] = {}
        with ThreadPoolExecutor(self._requests_in_flight, thread_name_prefix="put-records") as pool:
            try:
                for batch in batches:
                    while self._must_wait(pending, batch):
                        _finish_one(pending)
                    pending[pool.submit(self._send, batch)] = batch.records[0].index
                while pending:
                    _finish_one(pending)
            except BaseException:
                self._stopping.set()
                pool.shutdown(wait=True, cancel_futures=True)
                raise

    def _must_wait(self, pending: dict[Future[None], int], batch: Batch) -> bool:
        """Whether too much is on its way, or a batch that may hold an original of this one's duplicates."""
        return len(pending) >= self._requests_in_flight or min(pending.values(), default=batch.after) < batch.after

    def _send(self, batch: Batch) -> None:
        waiting = list(batch.records)
        retrying = Retrying(
            retry=retry_if_exception(_may_pass),
            wait=wait_random_exponential(multiplier=0.05, max=2),
            stop=stop_after_delay(self._patience_seconds) | stop_when_event_set(self._stopping),
            sleep=sleep_using_event(self._stopping),
            reraise=True,
        )
        try:
            retrying(self._put, waiting)
        except self._kinesis.exceptions.ResourceNotFoundException:
            raise StreamMissing(f"There is no stream {self._stream!r}.", next_command="make e2e") from None
        except (_Refused, BotoCoreError, ClientError) as error:
            raise Unavailable(
                f"Stream {self._stream!r} did not take {len(waiting)} of {len(batch.records)} records (from index "
                f"{waiting[0].index} on), tried for up to {self._patience_seconds:.0f} s. Last answer: {error}",
                next_command="make status",
            ) from error

    def _put(self, waiting: list[Record]) -> None:
        """One PutRecords of ``waiting``, from which the acknowledged records are taken out."""
        reply = self._kinesis.put_records(
            StreamName=self._stream,
            Records=[{"Data": record.data, "PartitionKey": record.partition_key} for record in waiting],
        )
        answers = list(zip(waiting, reply["Records"], strict=True))
        self._on_acknowledged([(record, answer["SequenceNumber"]) for record, answer in answers if _taken(answer)])
        refusals = [(record, answer) for record, answer in answers if not _taken(answer)]
        waiting[:] = [record for record, _ in refusals]
        if refusals:
            with self._lock:
                self.resent += len(refusals)
            raise _Refused(Counter(f"{answer['ErrorCode']}: {answer.get('ErrorMessage')}" for _, answer in refusals))


def _taken(answer: PutRecordsResultEntryTypeDef) -> bool:
    return "ErrorCode" not in answer


def _finish_one(pending: dict[Future[None], int]) -> None:
    for future in wait(pending, return_when=FIRST_COMPLETED).done:
        del pending[future]
        future.result()


def _may_pass(error: BaseException) -> bool:
    if isinstance(error, ClientError):
        return error.response["ResponseMetadata"].get("HTTPStatusCode", 0) >= 500 or "Throughput" in str(error)
    return isinstance(error, (_Refused, ConnectionError, HTTPClientError))
