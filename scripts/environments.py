"""What the services need on disk: their environments and Spark's jars. Offline once installed."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from scripts import paths
from scripts.errors import LabError

SERVICES = ("localstack", "lambda", "spark", "snowflake", "airflow", "dashboard")
FOLDERS = {**{name: Path("services", name) for name in SERVICES}, "clients": Path("tests", "clients")}
"""Where the locked requirements of each environment lie; no service needs `clients`, tests alone do."""


def install(on_progress: Callable[[str], None], services: tuple[str, ...] = SERVICES) -> None:
    """Bring every environment in line with its locked requirements; does only what is missing.

    Raises:
        LabError: a package could not be installed; the message carries the installer's own words.
    """
    missing = [service for service in services if not is_installed(service)]
    with ThreadPoolExecutor(max_workers=2) as pool:
        futures = {pool.submit(_install_one, service): service for service in missing}
        for future in as_completed(futures):
            future.result()
            on_progress(f"{futures[future]} installed")


def is_installed(service: str) -> bool:
    """Whether the environment of ``service`` matches its lock file."""
    stamp = _stamp(service)
    return stamp.is_file() and stamp.read_text() == _fingerprint(service)


def python(service: str) -> Path:
    """The interpreter of ``service``."""
    return paths.envs() / service / "bin" / "python"


def _install_one(service: str) -> None:
    home = paths.envs() / service
    requirements = paths.ROOT / FOLDERS[service] / "requirements.txt"
    if not python(service).exists():
        _uv("venv", "--quiet", "--python", "3.11", str(home))
    _uv("pip", "sync", "--quiet", "--require-hashes", "--python", str(python(service)), str(requirements))
    folder = paths.ROOT / FOLDERS[service]
    if (folder / "pyproject.toml").is_file():  # a package of ours whose entry points must be registered
        _uv("pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--offline",
            "--python", str(python(service)), "--editable", str(folder))  # fmt: skip
    if (folder / "fetch-jars").is_file():
        _run([str(folder / "fetch-jars")], "Spark's jars could not be fetched")
    _stamp(service).write_text(_fingerprint(service))


def _stamp(service: str) -> Path:
    return paths.envs() / service / ".installed"


def _fingerprint(service: str) -> str:
    digest = hashlib.sha256(str(paths.ROOT).encode())
    for file in _inputs(service):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _inputs(service: str) -> Iterator[Path]:
    folder = paths.ROOT / FOLDERS[service]
    for name in ("requirements.txt", "jars.txt", "pyproject.toml"):
        if (folder / name).is_file():
            yield folder / name


def _uv(*arguments: str) -> None:
    own = paths.envs() / "lab" / "bin" / "uv"
    _run([str(own) if own.exists() else shutil.which("uv") or "uv", *arguments], "A package could not be installed")


def _run(command: list[str], failure: str) -> None:
    result = subprocess.run(command, capture_output=True, text=True, check=False, env=_install_environment())
    if result.returncode:
        words = (result.stderr or result.stdout).strip()
        raise LabError(f"{failure}:\n{words}\nIs this machine online, with room on its disk?", next_command="make e2e")


def _install_environment() -> dict[str, str]:
    environment = dict(os.environ)
    environment.setdefault("LAB_ENVS", str(paths.envs()))
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment.get('PATH', '')}"
    return environment
