"""A bucket of a few lines for tests: as much of boto3's session and S3 client as uploads use."""

import hashlib
from collections.abc import Iterator
from typing import Any


class FakeBucket:
    """A session, its client and the one bucket there is. `puts` counts what was ever put."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.puts = 0

    def client(self, service: str) -> "FakeBucket":
        assert service == "s3"
        return self

    def get_paginator(self, operation: str) -> "FakeBucket":
        assert operation == "list_objects_v2"
        return self

    def paginate(self, Bucket: str, Prefix: str) -> Iterator[dict[str, Any]]:  # noqa: N803 - boto3's names
        yield self.list_objects_v2(Bucket, Prefix)

    def list_objects_v2(self, Bucket: str, Prefix: str) -> dict[str, Any]:  # noqa: N803 - boto3's names
        found = [
            {"Key": key, "Size": len(body), "ETag": f'"{hashlib.md5(body).hexdigest()}"'}
            for key, body in self.objects.items()
            if key.startswith(Prefix)
        ]
        return {"KeyCount": len(found)} | ({"Contents": found} if found else {})

    def put_object(self, Bucket: str, Key: str, Body: bytes) -> None:  # noqa: N803 - boto3's names
        self.puts += 1
        self.objects[Key] = Body

    def delete_objects(self, Bucket: str, Delete: dict[str, Any]) -> None:  # noqa: N803 - boto3's names
        assert 1 <= len(Delete["Objects"]) <= 1000
        for each in Delete["Objects"]:
            del self.objects[each["Key"]]
