"""The functions' libraries: installed once, however many processes want them at the same moment."""

from pathlib import Path

import pytest

from scripts import libraries


def test_of_two_installations_at_once_the_first_one_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("boto3==1.0")
    monkeypatch.setenv("LAB_ENVS", str(tmp_path / "envs"))
    started: list[Path] = []

    def install(*arguments: str) -> None:
        target = Path(arguments[arguments.index("--target") + 1])
        target.mkdir()
        (target / "boto3.py").write_text(f"of installation {len(started)}")
        started.append(target)
        if len(started) == 1:  # while this one is at work, another process does all of it
            libraries.install(requirements)

    monkeypatch.setattr("scripts.environments.uv", install)
    folder = libraries.install(requirements)

    assert len(started) == 2
    assert (folder / "boto3.py").read_text() == "of installation 1"
    assert [each.name for each in folder.parent.iterdir()] == [folder.name]
