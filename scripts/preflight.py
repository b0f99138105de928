"""What must be true of this machine before anything starts: Java, free ports, room on the disk."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Container, Mapping
from pathlib import Path

import psutil

from scripts import paths, supervisor
from scripts.errors import LabError
from scripts.profile import Profile

JAVA_MINIMUM = 17
FREE_BYTES_MINIMUM = 2 * 1024**3
ADDRESSES = {
    "LOCALSTACK_PORT": "AWS_ENDPOINT_URL",
    "AIRFLOW_PORT": "AIRFLOW_URL",
    "SPARK_MASTER_PORT": "SPARK_MASTER_URL",
    "SPARK_MASTER_UI_PORT": "SPARK_MASTER_UI_URL",
    "SPARK_WORKER_UI_PORT": "SPARK_WORKER_UI_URL",
    "SNOWFLAKE_PORT": None,
    "DASHBOARD_PORT": "DASHBOARD_URL",
}
"""The settings of ports, each with the address that is made of it."""
ADDRESSES_BESIDE_AWS = {"LOCALSTACK_PORT": "AWS_ENDPOINT_URL_MWAA", "AIRFLOW_PORT": "AIRFLOW_URL"}
"""Those of an Airflow on this machine that drives AWS."""
CONTAINERS = "the lab's own containers are stopped by: make down RUNTIME=compose"
INSTALL_JAVA = "On Debian or Ubuntu: sudo apt-get install openjdk-17-jre-headless. On a Mac: brew install openjdk@17"


def check(profile: Profile) -> None:
    """Raise a LabError for the first thing that would keep the lab from running; start nothing, change nothing."""
    if not profile.is_aws:
        java()
    disk()
    ports(profile)


def java() -> None:
    """Spark needs a Java of at least 17 (``JAVA_HOME``, else ``java`` on the path)."""
    home = os.environ.get("JAVA_HOME")
    binary = str(Path(home) / "bin" / "java") if home else shutil.which("java")
    if binary is None or not Path(binary).exists():
        where = f"JAVA_HOME={home} has no bin/java" if home else "there is no java on the PATH"
        raise LabError(f"Java {JAVA_MINIMUM} or newer is missing: {where}. {INSTALL_JAVA}.", next_command="make e2e")
    answer = subprocess.run([binary, "-version"], capture_output=True, text=True, check=False)
    found = re.search(r'version "(?:1\.)?(\d+)', answer.stderr + answer.stdout)
    if found is None:
        raise LabError(
            f"{binary} -version does not name a version: {(answer.stderr or answer.stdout)!r}. {INSTALL_JAVA}."
        )
    if int(found[1]) < JAVA_MINIMUM:
        raise LabError(
            f"{binary} is Java {found[1]}; Spark needs {JAVA_MINIMUM} or newer. {INSTALL_JAVA}.",
            next_command="make e2e",
        )


def disk() -> None:
    """State, logs and the lake need some room."""
    folder = paths.var()
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    if free < FREE_BYTES_MINIMUM:
        raise LabError(
            f"{paths.display(folder)} is on a disk with {free / 1024**3:.1f} GiB free; "
            f"the lab needs {FREE_BYTES_MINIMUM / 1024**3:.0f} GiB. Make room, or point LAB_VAR to another disk.",
            next_command="make clean",
        )


def addresses(profile: Profile) -> dict[int, str]:
    """The ports the services listen on, each with the setting that names it.

    Raises:
        LabError: an address was given another port than its setting says.
    """
    settings = ADDRESSES_BESIDE_AWS if profile.is_aws else ADDRESSES
    for setting, address in settings.items():
        if address and not profile[address].rstrip("/").endswith(f":{profile[setting]}"):
            raise LabError(
                f"{address}={profile[address]} in {paths.display(profile.path)} has another port than "
                f"{setting}={profile[setting]}: change {setting}, and write the address with ${{{setting}}}."
            )
    return {int(profile[setting]): setting for setting in settings}


def ports(profile: Profile) -> None:
    """Every port is free, or held by a process of this lab."""
    require_free(profile, addresses(profile), but_for={process.pid for process in supervisor.processes()})


def require_free(profile: Profile, wanted: Mapping[int, str], but_for: Container[int] = ()) -> None:
    """Nobody but those processes listens on the ports, each given with the setting that names it."""
    for connection in psutil.net_connections(kind="tcp"):
        port = connection.laddr.port if connection.laddr else 0
        if connection.status != psutil.CONN_LISTEN or port not in wanted or connection.pid in but_for:
            continue
        raise LabError(
            f"Port {port} ({wanted[port]} in {paths.display(profile.path)}) is taken by {_holder(connection.pid)}. "
            "Stop that program, or give the setting another port.",
            next_command="make e2e",
        )


def _holder(pid: int | None) -> str:
    if pid is None:
        return f"a process of another user; {CONTAINERS}"
    try:
        process = psutil.Process(pid)
        if process.name() == "docker-proxy":
            return f"a container; {CONTAINERS}"
        return f"process {pid}: {' '.join(process.cmdline())[:120] or process.name()}"
    except psutil.Error:
        return f"process {pid}"
