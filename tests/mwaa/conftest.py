"""The DAG folder as MWAA has it, read by MWAA's own version of Airflow: the one in this environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from scripts import airflow_folder, paths


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder dags/ of the code bucket, downloaded."""
    root = tmp_path_factory.mktemp("mwaa")
    for key, body in airflow_folder.files(paths.ROOT).items():
        (root / key).parent.mkdir(parents=True, exist_ok=True)
        (root / key).write_bytes(body)
    return root / "dags"


@pytest.fixture(scope="session")
def run(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """`run(file, *arguments)` is the JSON that a program of this folder prints under Airflow as MWAA starts it."""
    own = {
        "AIRFLOW_HOME": str(tmp_path_factory.mktemp("home")),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_FOLDER": str(folder),
        "AIRFLOW__CORE__DAGBAG_IMPORT_TIMEOUT": "300",  # the first import of a new environment compiles its packages
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "ERROR",
        "AWS_DEFAULT_REGION": "us-east-1",
        "PYTHONPATH": str(folder),
    }
    inherited = {name: os.environ[name] for name in ("HOME", "PATH", "TMPDIR", "LANG") if name in os.environ}

    def call(file: str, *arguments: str) -> Any:
        command = [sys.executable, str(Path(__file__).with_name(file)), *arguments]
        done = subprocess.run(command, env=inherited | own, cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    return call


@pytest.fixture(scope="session")
def parsed(run: Any, folder: Path) -> Any:
    """What the DAG processor finds in the folder."""
    return run("parse_dags.py", str(folder))
