"""Bodies of S3 objects: files that are written once, when the object is put, and never changed.

A body lives as long as an object, part or reader refers to it: replacing or deleting the object drops the last
reference, and the file becomes waste. It is removed only after a save that no longer knows it: until then the last save
may be what a restart reads.
"""

import base64
import hashlib
import time
import uuid
from collections import deque
from collections.abc import Iterable, Iterator
from io import BytesIO, UnsupportedOperation
from pathlib import Path
from typing import IO, Any, BinaryIO, ClassVar, Literal
from weakref import WeakSet

from localstack.services.s3.constants import S3_CHUNK_SIZE
from localstack.services.s3.models import S3Multipart, S3Object, S3Part
from localstack.services.s3.storage.core import S3ObjectStore, S3StoredObject
from localstack.services.s3.storage.ephemeral import EphemeralS3StoredMultipart
from localstack.services.s3.utils import get_s3_checksum

from lab_localstack.persistence.place import UnreadableStateError, state_folder

Mode = Literal["r", "w"]


def folder() -> Path:
    """Where bodies lie."""
    return state_folder() / "bodies"


class Body:
    """A file below `folder()`, by its name."""

    living: ClassVar[WeakSet["Body"]] = WeakSet()
    waste: ClassVar[deque[str]] = deque()

    def __init__(self, name: str) -> None:
        self.name = name
        self.living.add(self)

    def __del__(self) -> None:
        self.waste.append(self.name)

    def __reduce__(self) -> Any:
        return Body, (self.name,)

    def __deepcopy__(self, memo: Any) -> "Body":
        return self  # a second body of this name would take the file with it when it goes

    @property
    def path(self) -> Path:
        return _path(self.name)


def _path(name: str) -> Path:
    return folder() / name[:2] / name


def new_body() -> Body:
    """A body to be written."""
    body = Body(uuid.uuid4().hex)
    body.path.parent.mkdir(parents=True, exist_ok=True)
    return body


def take_waste() -> list[str]:
    """The names of the bodies nobody refers to any more, each once."""
    return [Body.waste.popleft() for _ in range(len(Body.waste))]


def remove(names: Iterable[str]) -> None:
    """Remove these bodies' files."""
    for name in names:
        _path(name).unlink(missing_ok=True)


def keep_only_the_living() -> None:
    """After a restore: remove every file that the restored state does not know. Raises UnreadableStateError."""
    wanted = {body.name for body in Body.living}
    found = {path.name for path in folder().glob("*/*")}
    if missing := wanted - found:
        raise UnreadableStateError(f"{len(missing)} object bodies are missing, {sorted(missing)[0]} is one of them.")
    remove(found - wanted)


class FileObjectStore(S3ObjectStore):
    """LocalStack's seam for object storage. The body is an attribute of the object, saved with it."""

    def __init__(self, root_directory: str | None = None) -> None:
        self.root_directory = str(folder())

    def open(self, bucket: str, s3_object: S3Object, mode: Mode = "r") -> "StoredBody":
        return StoredBody(s3_object, mode)

    def remove(self, bucket: str, s3_object: S3Object | list[S3Object]) -> None:
        """Nothing to do: the body goes with the object."""

    def copy(self, src_bucket: str, src_object: S3Object, dest_bucket: str, dest_object: S3Object) -> "StoredBody":
        """Both objects have the same body: it never changes."""
        dest_object.body = src_object.body
        dest_object.size = src_object.size
        return StoredBody(dest_object, "r")

    def get_multipart(self, bucket: str, upload_id: S3Multipart) -> "StoredMultipart":
        return StoredMultipart(self, bucket, upload_id, "")

    def remove_multipart(self, bucket: str, s3_multipart: S3Multipart) -> None:
        """Nothing to do: the parts' bodies go with the parts."""


class StoredMultipart(EphemeralS3StoredMultipart):
    """An upload in parts; putting them together and copying a range are LocalStack's own."""

    def open(self, s3_part: S3Part, mode: Mode = "r") -> "StoredBody":
        return StoredBody(s3_part, mode)

    def remove_part(self, s3_part: S3Part) -> None:
        """Nothing to do: the body goes with the part."""

    def close(self) -> None:
        """Nothing is open."""


class StoredBody(S3StoredObject):
    """An open body: to be read, or new and to be written."""

    def __init__(self, s3_object: S3Object | S3Part, mode: Mode) -> None:
        super().__init__(s3_object, mode)
        if mode == "w":
            s3_object.body = new_body()
            s3_object.internal_last_modified = time.time_ns()
        self._body: Body = s3_object.body  # also keeps the file while it is read
        self._file: BinaryIO = self._body.path.open("x+b" if mode == "w" else "rb")
        self._etag: str | None = None
        self._checksum: str | None = None

    def close(self) -> None:
        self._file.close()
        self.closed = True

    def write(self, stream: IO[bytes] | S3StoredObject | None) -> int:
        """Fill the body from a stream, and the object's size and ETag with it."""
        self._require_writing()
        md5, checksum = hashlib.md5(usedforsecurity=False), self._new_checksum()
        source = BytesIO() if stream is None else stream
        while data := source.read(S3_CHUNK_SIZE):
            self._file.write(data)
            md5.update(data)
            if checksum:
                checksum.update(data)
        self._file.flush()
        self._etag = self.s3_object.etag = md5.hexdigest()
        self._checksum = _base64(checksum)
        self.s3_object.size = self._file.tell()
        self._file.seek(0)
        return int(self.s3_object.size)

    def append(self, part: S3StoredObject) -> int:
        """Add a part's bytes at the end."""
        self._require_writing()
        self._etag = self._checksum = None
        self._file.seek(0, 2)
        before = self._file.tell()
        while data := part.read(S3_CHUNK_SIZE):
            self._file.write(data)
        self._file.flush()
        self.s3_object.size = self._file.tell()
        return int(self.s3_object.size - before)

    def read(self, s: int = -1) -> bytes | None:
        return self._file.read(s)

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def truncate(self, size: int | None = None) -> int:
        self._require_writing()
        return self._file.truncate(size)

    @property
    def last_modified(self) -> int:
        return int(self.s3_object.internal_last_modified)

    @property
    def checksum(self) -> str | None:
        """In base64, by the object's algorithm if it has one."""
        if self._checksum is None and (checksum := self._new_checksum()):
            for data in self._from_the_start():
                checksum.update(data)
            self._checksum = _base64(checksum)
        return self._checksum

    @property
    def etag(self) -> str:
        if self._etag is None:
            md5 = hashlib.md5(usedforsecurity=False)
            for data in self._from_the_start():
                md5.update(data)
            self._etag = md5.hexdigest()
        return self._etag

    def __iter__(self) -> Iterator[bytes]:
        while data := self._file.read(S3_CHUNK_SIZE):
            yield data

    def _from_the_start(self) -> Iterator[bytes]:
        """All of the body; the place of reading stays where it was."""
        place = self._file.tell()
        self._file.seek(0)
        yield from self
        self._file.seek(place)

    def _new_checksum(self) -> Any:
        algorithm = self.s3_object.checksum_algorithm
        return get_s3_checksum(algorithm) if algorithm else None

    def _require_writing(self) -> None:
        if self._mode != "w":
            raise UnsupportedOperation("S3 object is not in write mode")


def _base64(checksum: Any) -> str | None:
    return base64.b64encode(checksum.digest()).decode() if checksum else None
