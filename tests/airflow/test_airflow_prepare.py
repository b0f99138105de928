"""What the four start scripts share: made once, whoever comes first."""

from __future__ import annotations

import json
import multiprocessing
import os
import sqlite3
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import botocore.session
import prepare
import pytest

ROOT = Path(__file__).parents[2]
AIRFLOW = ROOT / "services" / "airflow"
START_SCRIPTS = sorted(AIRFLOW.glob("start-*"))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An Airflow home; `airflow db migrate` leaves a line in migrations.txt there, and a revision in the database."""
    monkeypatch.setenv("AIRFLOW_USER", "admin")
    monkeypatch.setenv("AIRFLOW_PASSWORD", 'a "quoted" pass word')
    monkeypatch.setenv("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", f"sqlite:///{tmp_path}/airflow.db")
    monkeypatch.setattr(subprocess, "run", migration(tmp_path))
    return tmp_path


def migration(home: Path) -> Callable[..., None]:
    """A stand-in for `airflow db migrate`, which takes ten seconds."""

    def migrate(command: list[str], **_: Any) -> None:
        assert command[-3:] == ["airflow", "db", "migrate"]
        with (home / "migrations.txt").open("a") as log:
            log.write("migrated\n")
        with sqlite3.connect(home / "airflow.db") as database:
            database.execute("CREATE TABLE IF NOT EXISTS alembic_version (version_num TEXT)")
            database.execute("DELETE FROM alembic_version")
            database.execute("INSERT INTO alembic_version VALUES ('d2f4e1b3c5a7')")
        database.close()

    return migrate


def migrations(home: Path) -> int:
    return len((home / "migrations.txt").read_text().splitlines())


def test_four_processes_at_once_migrate_once_and_share_their_keys(home: Path) -> None:
    processes = [multiprocessing.get_context("fork").Process(target=prepare.main, args=(home,)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0, 0, 0]
    assert migrations(home) == 1


def test_a_second_start_changes_nothing(home: Path) -> None:
    prepare.main(home)
    before = {name: (home / name).read_text() for name in ("keys.env", "passwords.json", "schema.json")}
    prepare.main(home)
    assert {name: (home / name).read_text() for name in before} == before
    assert migrations(home) == 1


def test_a_database_that_was_lost_or_is_another_airflows_is_migrated_again(home: Path) -> None:
    prepare.main(home)
    (home / "airflow.db").unlink()
    prepare.main(home)
    (home / "schema.json").write_text(json.dumps({"airflow": "3.0.0", "revision": "d2f4e1b3c5a7"}))
    prepare.main(home)
    assert migrations(home) == 3


def test_a_migration_that_fails_is_tried_again_by_the_next_start(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = subprocess.run

    def fail(command: list[str], **_: Any) -> None:
        raise subprocess.CalledProcessError(1, command)

    monkeypatch.setattr(subprocess, "run", fail)
    with pytest.raises(subprocess.CalledProcessError):
        prepare.main(home)
    monkeypatch.setattr(subprocess, "run", whole)
    prepare.main(home)
    assert migrations(home) == 1


@pytest.mark.parametrize("name", ["keys.env", "passwords.json"])
def test_secrets_are_for_their_owner_alone(home: Path, name: str) -> None:
    prepare.main(home)
    assert stat.S_IMODE((home / name).stat().st_mode) == 0o600


def test_the_login_is_the_profiles_whatever_characters_it_has(home: Path) -> None:
    prepare.main(home)
    assert json.loads((home / "passwords.json").read_text()) == {"admin": 'a "quoted" pass word'}


def test_airflow_works_under_its_role(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_ROLE_ARN", "arn:aws:iam::000000000000:role/media-stream-airflow")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "profile")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "profile")
    prepare.main(home)

    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(home / "aws-config"))
    credentials = botocore.session.Session().get_credentials()

    assert credentials is not None
    assert credentials.method == "assume-role"


@pytest.mark.parametrize("script", START_SCRIPTS, ids=lambda script: script.name)
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({"AIRFLOW_URL": ""}, "AIRFLOW_URL", id="no address"),
        pytest.param({"AIRFLOW_URL": "http://localhost"}, "AIRFLOW_URL=http://localhost has no port", id="no port"),
        pytest.param({"AIRFLOW_PASSWORD": ""}, "AIRFLOW_PASSWORD", id="no password"),
        pytest.param({"LAB_ENVS": "/nowhere"}, "Airflow's environment is missing", id="not installed"),
    ],
)
def test_a_start_script_that_cannot_start_says_what_is_missing(
    script: Path, changes: dict[str, str], said: str, tmp_path: Path
) -> None:
    profile = {"AIRFLOW_URL": "http://localhost:1", "AIRFLOW_USER": "admin", "AIRFLOW_PASSWORD": "admin"}
    environment = {"PATH": os.environ["PATH"], "LAB_VAR": str(tmp_path / "a b")} | profile | changes
    outcome = subprocess.run([script], env=environment, capture_output=True, text=True, check=False)
    assert outcome.returncode != 0
    assert said in outcome.stderr


def test_the_start_scripts_are_the_four_processes_of_airflow() -> None:
    assert [script.name for script in START_SCRIPTS] == [
        "start-dag-processor",
        "start-scheduler",
        "start-triggerer",
        "start-webserver",
    ]
