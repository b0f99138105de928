"""Stream records on the disk: what was acknowledged is there, in order, and nothing else."""

import errno
from hashlib import md5
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lab_localstack.kinesis import sequence
from lab_localstack.kinesis.shard import Record
from lab_localstack.kinesis.store import Caller, StreamStore
from lab_localstack.kinesis.stream import Entry, Stream
from lab_localstack.persistence import pickles, records
from lab_localstack.persistence.place import UnreadableStateError
from lab_localstack.persistence.records import RecordFolders, RecordLog

OWNER = Caller("000000000000", "us-east-1")
START = 1_000_000


def numbered(tick: int, shard: int = 0, data: bytes = b"data") -> Record:
    return Record(sequence.encode(tick, shard), "key", data)


def put(stream: Stream, *keys: str) -> None:
    stream.put([Entry(int.from_bytes(md5(key.encode()).digest(), "big"), key, key.encode()) for key in keys])


def files(log_folder: Path) -> list[Path]:
    return sorted(log_folder.glob("*.records"))


@pytest.fixture
def log(tmp_path: Path) -> RecordLog:
    return RecordLog(tmp_path / "log")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(st.lists(st.lists(st.tuples(st.text(min_size=1, max_size=256), st.binary(max_size=300)), max_size=4)))
def test_records_come_back_as_they_were_put(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[tuple[str, bytes]]]
) -> None:
    folder = tmp_path_factory.mktemp("log")
    log, written = RecordLog(folder), []
    for key, data in (record for batch in batches for record in batch):
        written.append(Record(sequence.encode(START + len(written), 3), key, data))
    log.append(3, written)

    assert list(RecordLog(folder).read(3)) == written


def test_each_shard_has_its_own_records(log: RecordLog) -> None:
    log.append(1, [numbered(START, 1)])
    log.append(2, [numbered(START, 2)])

    assert [list(log.read(shard)) for shard in (1, 2, 3)] == [[numbered(START, 1)], [numbered(START, 2)], []]


@pytest.mark.parametrize("lost", range(1, 22))
def test_a_record_cut_off_by_a_kill_is_removed_and_writing_goes_on_after_the_last_whole_one(
    tmp_path: Path, lost: int
) -> None:
    RecordLog(tmp_path).append(0, [numbered(START), numbered(START + 1)])
    (path,) = files(tmp_path)
    path.write_bytes(path.read_bytes()[:-lost])

    log = RecordLog(tmp_path)
    assert list(log.read(0)) == [numbered(START)]
    log.append(0, [numbered(START + 2)])
    assert list(RecordLog(tmp_path).read(0)) == [numbered(START), numbered(START + 2)]


def test_a_file_cut_off_before_another_is_no_kill_but_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FILESYSTEM_ROOT", str(tmp_path))
    monkeypatch.setattr(records, "SEGMENT_BYTES", 1)
    log = RecordLog(tmp_path)
    log.append(0, [numbered(START)])
    log.append(0, [numbered(START + 1)])
    first, _ = files(tmp_path)
    first.write_bytes(first.read_bytes()[:-1])

    with pytest.raises(UnreadableStateError, match="ends within a record"):
        list(RecordLog(tmp_path).read(0))


def test_a_file_goes_when_all_of_it_has_expired(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "SEGMENT_BYTES", 1)
    log = RecordLog(tmp_path)
    for tick in range(START, START + 3):
        log.append(0, [numbered(tick)])

    log.trim(0, START + 2)

    assert list(log.read(0)) == [numbered(START + 1), numbered(START + 2)]  # the last that is older stays


def test_what_the_disk_refuses_is_not_put(log: RecordLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Stream("s", "arn:aws:kinesis:us-east-1:000000000000:stream/s", sequence.now())
    stream.add_shards(1)
    stream.log = log
    put(stream, "before")

    def full(descriptor: int, data: Any) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch, pytest.raises(OSError, match="No space left"):
        patch.setattr(records.os, "write", full)
        put(stream, "refused")
    put(stream, "after")

    assert [record.partition_key for record in stream.shards["shardId-000000000000"].records] == ["before", "after"]
    assert [record.partition_key for record in RecordLog(tmp_path / "log").read(0)] == ["before", "after"]


def test_a_restored_stream_has_its_records_and_goes_on_with_higher_numbers(tmp_path: Path) -> None:
    store = StreamStore()
    store.keep_records(RecordFolders(tmp_path))
    stream = store.create(OWNER, "s", "PROVISIONED", 2)
    saved, _ = pickles.dumps(store.snapshot())
    keys = [str(number) for number in range(50)]
    put(stream, *keys)  # after the save: the log alone has them

    restored = StreamStore()
    restored.keep_records(RecordFolders(tmp_path))
    restored.restore(pickles.loads(saved))
    again = restored.by_arn(stream.arn)
    found = [record for shard in again.shards.values() for record in shard.records]

    assert sorted(record.partition_key for record in found) == sorted(keys)
    for shard in again.shards.values():
        assert shard.append(0, "next", b"") > shard.records[-2].number


def test_a_deleted_stream_leaves_waste_and_one_of_its_name_does_not_get_its_records(tmp_path: Path) -> None:
    folders, store = RecordFolders(tmp_path), StreamStore()
    store.keep_records(folders)
    old = store.create(OWNER, "s", "PROVISIONED", 1)
    put(old, "old")
    assert folders.waste(store) == []

    store.delete(OWNER, old)
    new = store.create(OWNER, "s", "PROVISIONED", 1)
    (waste,) = folders.waste(store)
    records.remove([waste])

    assert new.log is not None
    assert list(new.log.read(0)) == []
    assert folders.waste(store) == []
