"""The container engine: whether it answers, and whether it is enough for the lab.

Source: the command line of docker, https://docs.docker.com/reference/cli/docker/
"""

from __future__ import annotations

import re
import shutil
import subprocess

from scripts.errors import LabError

COMPOSE_MINIMUM = (2, 21)
MEMORY_MINIMUM = 6 * 1024**3
ANSWER_SECONDS = 15


def trouble() -> str:
    """Why no container can be run here, with what mends it; empty when one can."""
    if shutil.which("docker") is None:
        return "there is no docker command"
    try:
        server = _docker("version", "--format", "{{.Server.Version}}")
        compose = _docker("compose", "version", "--short").stdout.strip()
    except subprocess.TimeoutExpired:
        return f"the container engine did not answer within {ANSWER_SECONDS} s"
    if server.returncode:
        return _unreachable(server.stderr.strip())
    if _version(compose) < COMPOSE_MINIMUM:
        found = f"is {compose}" if compose else "is missing"
        wanted = ".".join(map(str, COMPOSE_MINIMUM))
        return f"Docker Compose {found}, and the lab needs {wanted} (https://docs.docker.com/compose/install/)"
    return ""


def require_memory() -> None:
    """Raise a LabError when the engine has less memory than the lab takes."""
    answer = _docker("info", "--format", "{{.MemTotal}}").stdout.strip()
    if answer.isdecimal() and int(answer) < MEMORY_MINIMUM:
        raise LabError(
            f"The container engine has {int(answer) / 1024**3:.1f} GiB of memory, and the lab needs "
            f"{MEMORY_MINIMUM / 1024**3:.0f} GiB. Give it more (Docker Desktop: Settings, Resources).",
            next_command="make e2e RUNTIME=processes",
        )


def _unreachable(words: str) -> str:
    if "permission denied" in words.lower():
        return (
            "you may not use the container engine's socket (add yourself to its group: "
            "sudo usermod -aG docker $USER, and log in again)"
        )
    return f"no container engine answers ({words.splitlines()[-1] if words else 'docker gave no reason'})"


def _version(text: str) -> tuple[int, ...]:
    found = re.match(r"v?(\d+)\.(\d+)", text)
    return tuple(map(int, found.groups())) if found else ()


def _docker(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["docker", *arguments], capture_output=True, text=True, check=False, timeout=ANSWER_SECONDS)
