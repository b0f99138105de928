"""Where a run's stdout and stderr go while it runs and when it ends: CloudWatch log streams and objects in S3."""

import gzip
import logging
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Protocol
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError, ClientError

from lab_localstack.jobruns.account import Account

LOG = logging.getLogger(__name__)

_CHUNK_BYTES = 256 * 1024
_EVENTS_PER_CALL = 10_000  # the limits of PutLogEvents: this, and 1 MiB with 26 bytes for each event
_S3_INTERVAL_SECONDS = 30.0


class LogTarget(Protocol):
    """Takes what a file has gained; `ship` is called every second or so, with `final` once after the last byte."""

    def ship(self, *, final: bool) -> None: ...


def ship_all(targets: list[LogTarget], *, final: bool = False) -> None:
    """Ship to every target. As on AWS, a job does not fail because its logs cannot be delivered."""
    for target in targets:
        try:
            target.ship(final=final)
        except (BotoCoreError, ClientError) as error:
            LOG.warning("Logs of a job run could not be delivered: %s", error)


class LogStream:
    """A CloudWatch log stream that follows a file line by line."""

    def __init__(self, account: Account, file: Path, group: str, stream: str) -> None:
        self._logs = account.client("logs")
        self._file = file
        self._name = {"logGroupName": group, "logStreamName": stream}
        self._offset = 0
        self._created = False

    def ship(self, *, final: bool) -> None:
        if not self._file.exists():
            return
        self._create()
        with self._file.open("rb") as file:
            file.seek(self._offset)
            for chunk in _whole_lines(file, final=final):
                self._put(chunk)
                self._offset += len(chunk)

    def _put(self, chunk: bytes) -> None:
        now = int(time.time() * 1000)
        lines = chunk.decode(errors="replace").split("\n")
        events = [{"timestamp": now, "message": line} for line in lines if line]  # an empty message is refused
        for start in range(0, len(events), _EVENTS_PER_CALL):
            self._logs.put_log_events(**self._name, logEvents=events[start : start + _EVENTS_PER_CALL])

    def _create(self) -> None:
        if self._created:
            return
        _unless_it_exists(self._logs.create_log_group, logGroupName=self._name["logGroupName"])
        _unless_it_exists(self._logs.create_log_stream, **self._name)
        self._created = True


class S3Log:
    """A gzipped object that holds a file as it was at most half a minute ago, and in the end the whole file."""

    def __init__(self, account: Account, file: Path, address: str) -> None:
        parts = urlsplit(address)
        self._s3 = account.client("s3")
        self._file = file
        self._object = {"Bucket": parts.netloc, "Key": parts.path.lstrip("/")}
        self._size = 0
        self._due = time.monotonic() + _S3_INTERVAL_SECONDS

    def ship(self, *, final: bool) -> None:
        if not self._file.exists() or not (final or time.monotonic() >= self._due):
            return
        self._due = time.monotonic() + _S3_INTERVAL_SECONDS
        size = self._file.stat().st_size
        if final or size != self._size:
            self._s3.put_object(**self._object, Body=gzip.compress(self._file.read_bytes()))
            self._size = size


def _whole_lines(file: BinaryIO, *, final: bool) -> Iterator[bytes]:
    """The file's rest in chunks that end at a line's end; the last, unfinished line only when `final`."""
    rest = b""
    while block := file.read(_CHUNK_BYTES):
        head, newline, rest = (rest + block).rpartition(b"\n")
        if newline:
            yield head + newline
        elif len(rest) >= _CHUNK_BYTES:  # one endless line: CloudWatch wants events of bounded size
            yield rest
            rest = b""
    if final and rest:
        yield rest


def _unless_it_exists(create: Any, **name: str) -> None:
    try:
        create(**name)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceAlreadyExistsException":
            raise
