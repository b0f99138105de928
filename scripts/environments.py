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
MWAA = {f"mwaa-{version}": Path("tests", "mwaa", version) for version in ("3.0.6", "3.3.1")}
FOLDERS = (
    {name: Path("services", name) for name in SERVICES}
    | {name: Path("tests", name) for name in ("clients", "iam", "infra", "snow", "spark40")}
    | MWAA
)
"""Where the locked requirements of each environment lie; what tests alone need lies with them."""

TESTS = tuple(name for name in FOLDERS if name not in SERVICES)

LAB_PYTHON = "3.11"
PYTHON = dict.fromkeys(MWAA, "3.12")
"""The version of Python of an environment that is not the lab's own: Airflow's as on MWAA."""


OF_NPM = ("package.json", "package-lock.json", ".npmrc")
"""What npm installs into an environment that brings Node.js along; the lock names no registry."""


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


def interpreter(version: str) -> str:
    """What uv is to take for a version of Python: pyenv's, which uv does not see, or the version for it to find."""
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    found = sorted(root.glob(f"versions/{version}.*/bin/python"))
    return str(found[-1]) if found else version


def _install_one(service: str) -> None:
    home = paths.envs() / service
    requirements = paths.ROOT / FOLDERS[service] / "requirements.txt"
    if not python(service).exists():
        uv("venv", "--quiet", "--python", interpreter(PYTHON.get(service, LAB_PYTHON)), str(home))
    uv("pip", "sync", "--quiet", "--require-hashes", "--python", str(python(service)), str(requirements))
    folder = paths.ROOT / FOLDERS[service]
    if (folder / "pyproject.toml").is_file():  # a package of ours whose entry points must be registered
        uv("pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--offline",
            "--python", str(python(service)), "--editable", str(folder))  # fmt: skip
    if (folder / "fetch-jars").is_file():
        _run([str(folder / "fetch-jars")], "The jars could not be fetched")
    if (folder / "package.json").is_file():
        for name in OF_NPM:
            shutil.copyfile(folder / name, home / name)
        npm = [str(home / "bin" / "npm"), "ci", "--prefix", str(home)]
        _run([*npm, "--ignore-scripts", "--no-audit", "--no-fund"], "npm could not install a package")
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
    for name in ("requirements.txt", "jars.txt", "pyproject.toml", *OF_NPM):
        if (folder / name).is_file():
            yield folder / name


def uv(*arguments: str) -> None:
    """Run uv. Raises LabError with its own words when it fails."""
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
