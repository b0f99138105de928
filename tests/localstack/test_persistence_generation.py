"""Saves on the disk: complete or not there, and readable by the version that wrote them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lab_localstack.kinesis.shard import Record
from lab_localstack.persistence import generation
from lab_localstack.persistence.generation import Generation
from lab_localstack.persistence.place import UnreadableStateError, state_folder


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FILESYSTEM_ROOT", str(tmp_path))
    return state_folder() / "generations"


def save(number: int, before: Generation | None = None, **states: Any) -> Generation:
    generation.write(number, {name: lambda state=state: state for name, state in states.items()}, before)
    return generation.complete(number)


def test_there_is_none_before_the_first_save() -> None:
    assert generation.newest() is None


def test_the_newest_is_read_and_the_one_before_is_gone(folder: Path) -> None:
    first = save(1, s3=["one"], sqs=["queue"])
    second = save(2, first, s3=["two"])

    assert generation.newest() == second
    assert {name: second.read(name) for name in second.services()} == {"s3": ["two"], "sqs": ["queue"]}
    assert [path.name for path in folder.iterdir()] == ["00000002"]


def test_a_service_that_has_not_changed_is_not_written_again(folder: Path) -> None:
    first = save(1, s3=["one"], sqs=["queue"])
    written = (first.folder / "sqs.pickle").stat().st_ino
    second = save(2, first, s3=["two"])

    assert (second.folder / "sqs.pickle").stat().st_ino == written


def test_a_kill_in_the_middle_leaves_the_save_before(folder: Path) -> None:
    first = save(1, s3=["one"])

    def killed() -> Any:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        generation.write(2, {"s3": lambda: ["two"], "sqs": killed}, first)

    assert len(list(folder.iterdir())) == 2
    assert generation.newest() == first
    generation.remove_unfinished()
    assert [path.name for path in folder.iterdir()] == ["00000001"]


def test_a_kill_before_the_old_one_is_removed_leaves_the_new_one(folder: Path) -> None:
    first = save(1, s3=["one"])
    generation.write(2, {"s3": lambda: ["two"]}, first)
    (folder / "00000002.unfinished").rename(folder / "00000002")

    newest = generation.newest()
    assert newest is not None
    assert newest.read("s3") == ["two"]


def spoil_format(manifest: dict[str, Any]) -> None:
    manifest["format"] = 0


def spoil_version(manifest: dict[str, Any]) -> None:
    manifest["versions"]["moto-ext"] = "1.0"


def spoil_fields(manifest: dict[str, Any]) -> None:
    manifest["classes"]["kinesis"]["lab_localstack.kinesis.shard:Record"].append("since_removed")


def spoil_class(manifest: dict[str, Any]) -> None:
    manifest["classes"]["kinesis"]["lab_localstack.kinesis.shard:SinceRemoved"] = []


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        pytest.param(spoil_format, "it has format 0, this version reads 1", id="format"),
        pytest.param(spoil_version, r"it was written by .*moto-ext 1\.0", id="moto"),
        pytest.param(spoil_fields, "kinesis.shard:Record is different", id="fields"),
        pytest.param(spoil_class, "kinesis.shard:SinceRemoved is different", id="class"),
    ],
)
def test_a_save_of_another_version_is_refused_with_its_folder_and_the_way_out(
    spoil: Callable[[dict[str, Any]], None], sentence: str
) -> None:
    saved = save(1, kinesis=[Record(1, "k", b"")])
    path = saved.folder / "manifest.json"
    manifest = json.loads(path.read_text())
    spoil(manifest)
    path.write_text(json.dumps(manifest))

    with pytest.raises(UnreadableStateError, match=sentence) as refusal:
        saved.services()

    assert str(state_folder()) in str(refusal.value)
    assert "make clean" in str(refusal.value)


@pytest.mark.parametrize("file", ["s3.pickle", "manifest.json"])
@pytest.mark.parametrize("damage", [lambda path: path.write_bytes(b"\x80"), Path.unlink], ids=["cut", "missing"])
def test_a_damaged_save_is_refused(file: str, damage: Callable[[Path], object]) -> None:
    saved = save(1, s3=["one"])
    damage(saved.folder / file)

    with pytest.raises(UnreadableStateError):
        [saved.read(name) for name in saved.services()]
