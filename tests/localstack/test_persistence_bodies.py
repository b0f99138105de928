"""Bodies of S3 objects: files that stay as long as an object or the last save knows them."""

import copy
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from lab_localstack.persistence import bodies, pickles
from lab_localstack.persistence.bodies import Body, FileObjectStore
from lab_localstack.persistence.place import UnreadableStateError
from localstack.services.s3.models import S3Object


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("FILESYSTEM_ROOT", str(tmp_path))
    bodies.take_waste()
    yield bodies.folder()
    bodies.take_waste()


def written(data: bytes, key: str = "k") -> S3Object:
    s3_object = S3Object(key=key)
    with FileObjectStore().open("b", s3_object, "w") as stored:
        stored.write(io.BytesIO(data))
    return s3_object


def content(s3_object: S3Object) -> bytes:
    with FileObjectStore().open("b", s3_object) as stored:
        return b"".join(stored)


def files() -> set[str]:
    return {path.name for path in bodies.folder().glob("*/*")}


def test_a_body_is_on_the_disk_when_it_is_written_with_size_and_etag() -> None:
    s3_object = written(b"hello")

    assert content(s3_object) == b"hello"
    assert (s3_object.size, s3_object.etag) == (5, "5d41402abc4b2a76b9719d911017c592")


def test_writing_a_key_again_leaves_the_old_body_for_those_who_read_it_and_for_the_last_save() -> None:
    old = written(b"old")
    reader = FileObjectStore().open("b", old)
    name = old.body.name
    old = written(b"new")
    assert bodies.take_waste() == []
    assert reader.read() == b"old"

    reader.close()
    del reader
    assert bodies.take_waste() == [name]
    assert name in files()
    bodies.remove([name])
    assert files() == {old.body.name}


def test_a_copied_object_shares_the_body_and_keeps_it() -> None:
    source, target = written(b"shared"), S3Object(key="copy")
    FileObjectStore().copy("b", source, "b2", target).close()
    del source

    assert content(target) == b"shared"
    assert bodies.take_waste() == []


def test_a_deep_copy_does_not_take_the_file_with_it() -> None:
    s3_object = written(b"kept")
    del (twin := {"it": copy.deepcopy(s3_object)})["it"]

    assert twin == {}
    assert bodies.take_waste() == []


def test_after_a_restore_only_known_bodies_are_kept() -> None:
    known, unknown = written(b"known"), written(b"unknown")
    saved, _ = pickles.dumps(known)
    name = known.body.name
    del known, unknown
    bodies.take_waste()

    restored = pickles.loads(saved)
    bodies.keep_only_the_living()

    assert files() == {name}
    assert content(restored) == b"known"


def test_a_restored_object_whose_body_is_gone_is_damage() -> None:
    lost = Body("0" * 32)

    with pytest.raises(UnreadableStateError, match=f"1 object bodies are missing, {lost.name}"):
        bodies.keep_only_the_living()


@pytest.mark.parametrize("read_first", [0, 3], ids=["from the start", "in the middle"])
def test_checksum_and_etag_do_not_move_the_place_of_reading(read_first: int) -> None:
    s3_object = written(b"0123456789")
    with FileObjectStore().open("b", s3_object) as stored:
        stored.read(read_first)
        assert stored.checksum
        assert stored.etag == s3_object.etag
        assert stored.read() == b"0123456789"[read_first:]
