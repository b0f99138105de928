"""All streams of the lab, by account and region."""

import re
import threading
from collections import defaultdict
from collections.abc import Callable
from typing import Any, NamedTuple

from localstack.utils.aws.arns import kinesis_stream_arn

from lab_localstack.kinesis import sequence
from lab_localstack.kinesis.errors import in_use, invalid_argument, not_found, validation
from lab_localstack.kinesis.stream import RecordLog, Stream

_NAME = re.compile(r"[a-zA-Z0-9_.-]{1,128}")
_ARN = re.compile(r"arn:[\w-]+:kinesis:(?P<region>[\w-]+):(?P<account>\d{12}):stream/(?P<name>[\w.-]+)")


class Caller(NamedTuple):
    """Whose streams a request means."""

    account: str
    region: str


class StreamStore:
    """Streams by name. Every look-up takes the API's parameters StreamName and StreamARN."""

    def __init__(self) -> None:
        self._streams: dict[Caller, dict[str, Stream]] = defaultdict(dict)
        self._lock = threading.Lock()
        self._logs: Callable[[Stream], RecordLog] | None = None

    def keep_records(self, logs: Callable[[Stream], RecordLog]) -> None:
        """Give each stream from now on a log of its records."""
        self._logs = logs

    def snapshot(self) -> dict[Caller, dict[str, Stream]]:
        """All streams by owner and name, as they are while nobody changes them."""
        return dict(self._streams)

    def all(self) -> list[Stream]:
        """All streams, whoever owns them."""
        with self._lock:
            return [stream for named in self._streams.values() for stream in named.values()]

    def restore(self, streams: dict[Caller, dict[str, Stream]]) -> None:
        """Replace all streams by these, with the records in their logs."""
        self._streams.clear()
        self._streams.update(streams)
        if self._logs is not None:
            for stream in self.all():
                stream.restore(self._logs(stream))

    def create(self, caller: Caller, name: str, mode: str, shards: int) -> Stream:
        """A new stream, ready at once."""
        if not _NAME.fullmatch(name):
            raise validation(
                f"Value '{name}' at 'streamName' failed to satisfy constraint: "
                "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+ and have length 1 to 128"
            )
        if shards < 1:
            raise invalid_argument(f"ShardCount {shards} is not valid: a stream has at least one shard.")
        stream = Stream(name, kinesis_stream_arn(name, caller.account, caller.region), sequence.now(), mode)
        stream.add_shards(shards)
        with self._lock:
            if name in self._streams[caller]:
                raise in_use(f"Stream {name} under account {caller.account} already exists.")
            if self._logs is not None:
                stream.log = self._logs(stream)
            self._streams[caller][name] = stream
        return stream

    def delete(self, caller: Caller, stream: Stream) -> None:
        """Forget a stream and its records."""
        with self._lock:
            self._streams[self._owner(caller, stream.arn)].pop(stream.name, None)

    def named(self, caller: Caller) -> dict[str, Stream]:
        """The caller's streams, sorted by name."""
        with self._lock:
            return dict(sorted(self._streams[caller].items()))

    def find(self, caller: Caller, request: dict[str, Any]) -> Stream:
        """The stream that a request's StreamARN or StreamName means."""
        arn, name = request.get("StreamARN"), request.get("StreamName")
        if arn is None and name is None:
            raise invalid_argument("Either StreamName or StreamARN must be given.")
        return self.by_arn(arn) if arn is not None else self._get(caller, name or "")

    def by_arn(self, arn: str) -> Stream:
        """The stream of this ARN, whoever asks."""
        parts = _ARN.fullmatch(arn)
        if parts is None:
            raise validation(f"Value '{arn}' at 'streamARN' failed to satisfy constraint: it is no ARN of a stream")
        return self._get(Caller(parts["account"], parts["region"]), parts["name"])

    def _get(self, owner: Caller, name: str) -> Stream:
        stream = self._streams[owner].get(name)
        if stream is None:
            raise not_found(f"Stream {name} under account {owner.account} not found.")
        return stream

    def _owner(self, caller: Caller, arn: str) -> Caller:
        parts = _ARN.fullmatch(arn)
        return Caller(parts["account"], parts["region"]) if parts else caller
