"""`lab test`, `lab lint` and `lab lock`: what keeps the repository honest."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from scripts import environments, libraries, paths, preflight
from scripts.display import Display
from scripts.errors import LabError

BIN = Path(sys.executable).parent
AT_ONCE = ("--numprocesses", str(min(os.cpu_count() or 1, 4)), "--dist", "loadfile")
"""For groups whose files of tests can run beside each other, each process with services of its own (about 2 GB)."""

CORE = "viewers_are_merged or second_run or gold_adds_up or moved_event or quality_is_kept or record_becomes"
ON_SPARK_40 = (*(f"tests/spark/test_{name}_viewership.py" for name in ("clean", "aggregate")), "-k", CORE)
"""Of each batch job a test or two: EMR Serverless has an older Spark than Glue."""


@dataclass(frozen=True, slots=True)
class Group:
    """A folder or a file of tests (options may name more), and the environment they run in: lab, or a service's."""

    folder: str
    environment: str
    options: tuple[str, ...] = ()


GROUPS: dict[str, Group] = {
    "unit": Group("tests/unit", "lab", AT_ONCE),
    "docs": Group("tests/docs", "lab"),
    "calls": Group("tests/calls", "lab"),
    "iam": Group("tests/iam", "lab"),
    "localstack": Group("tests/localstack", "localstack", AT_ONCE),
    "warehouse": Group("tests/warehouse", "snowflake", AT_ONCE),
    "clients": Group("tests/clients", "clients"),
    "snow": Group("tests/snow", "snow"),
    "infra": Group("tests/infra", "infra"),
    "airflow": Group("tests/airflow", "airflow", AT_ONCE),
    **{name: Group("tests/mwaa", name) for name in environments.MWAA},
    "spark": Group("tests/spark", "spark", AT_ONCE),
    "spark40": Group("tests/spark/test_merge_demographics.py", "spark40", ON_SPARK_40),
    "dashboard": Group("tests/dashboard", "lab"),
    "integration": Group("tests/integration", "lab", AT_ONCE),
    "containers": Group("tests/integration", "lab", (*AT_ONCE, "--services=containers")),
    "e2e": Group("tests/e2e", "lab"),
}

EXCLUDE_NEWER = {"services/localstack": "2026-03-05"}
"""LocalStack's dependencies are those of its last open release: newer ones break it."""


def prepare(display: Display) -> None:
    """Install what the tests need."""
    preflight.java()
    environments.install(display.note)
    environments.install(display.note, environments.TESTS)  # their jars are fetched by Spark's resolver


def test(groups: Sequence[str], console: Console) -> int:
    """Run the groups one after the other. Returns 1 when one of them failed, and says which."""
    unknown = [name for name in groups if name not in GROUPS]
    if unknown:
        raise LabError(f"There is no group of tests {unknown[0]!r}. Groups: {', '.join(GROUPS)}.")
    failed = [name for name in groups if not _run_group(GROUPS[name], console)]
    if failed:
        console.print(f"Failed: {', '.join(failed)}", style="bold red")
    return 1 if failed else 0


def _run_group(group: Group, console: Console) -> bool:
    console.rule(" ".join((group.folder, *group.options, f"({group.environment})")))
    command = [str(environments.python(group.environment)), "-m", "pytest", group.folder, *group.options]
    return subprocess.run(command, cwd=paths.ROOT, check=False).returncode == 0


TYPED: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("lab", ("scripts", "jobs/schema.py", "jobs/parse.py", "lambda/archive_records", "tests/unit", "tests/docs")),
    ("lab", ("tests/integration", "tests/e2e", "tests/dashboard", "tests/calls", "tests/iam")),
    ("lab", ("lambda/trigger_pipeline",)),
    ("spark", ("jobs", "services/spark")),
    ("airflow", ("dags", "services/airflow")),
    ("snowflake", ("services/snowflake/lab_snowflake",)),
    ("dashboard", ("services/dashboard/lab_dashboard",)),
    ("infra", ("tests/infra",)),
    ("localstack", ("--config-file", "services/localstack/pyproject.toml")),
)
"""What mypy checks in one go, and against which environment's packages."""


def lint(console: Console) -> int:
    """Run every checker. Returns 1 when one of them found something."""
    checkers: list[tuple[str, ...]] = [
        ("ruff", "check", "."),
        ("ruff", "format", "--check", "."),
        ("lint-imports",),
        ("cfn-lint", "infra/template.yaml"),
        *(("mypy", "--python-executable", str(environments.python(name)), *what) for name, what in TYPED),
    ]
    return 1 if [command for command in checkers if not _run_checker(command, console)] else 0


def _run_checker(command: tuple[str, ...], console: Console) -> bool:
    console.print(f"$ {' '.join(command)}", style="bold", markup=False, highlight=False)
    return subprocess.run([str(BIN / command[0]), *command[1:]], cwd=paths.ROOT, check=False).returncode == 0


def lock(console: Console) -> None:
    """Compile every requirements.in to a requirements.txt that names versions and hashes, and no registry."""
    versions = {Path(): environments.LAB_PYTHON, Path("lambda"): libraries.PYTHON} | {
        folder: environments.PYTHON.get(name, environments.LAB_PYTHON) for name, folder in environments.FOLDERS.items()
    }
    for folder, version in sorted(versions.items()):
        limit = EXCLUDE_NEWER.get(str(folder))
        command = [str(BIN / "uv"), "pip", "compile", "--quiet", "--universal", "--generate-hashes", "--upgrade"]
        command += [
            "--python-version",
            version,
            "--no-header",
            *(("--exclude-newer", limit) if limit else ()),
        ]
        constraints = folder / "constraints.txt"
        command += ["--constraints", str(constraints)] if (paths.ROOT / constraints).is_file() else []
        command += [str(folder / "requirements.in"), "--output-file", str(folder / "requirements.txt")]
        console.print(f"{folder}/requirements.txt", highlight=False)
        if subprocess.run(command, cwd=paths.ROOT, check=False, env=dict(os.environ)).returncode:
            raise LabError(f"{folder}/requirements.in could not be compiled; uv's message is above.")
