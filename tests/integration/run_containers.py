"""Services in containers of the lab's own images.

They are on this machine's network and among its processes: tests see of them what they see of processes.
"""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any

import pytest
from testcontainers.core.config import testcontainers_config
from testcontainers.core.container import DockerContainer

from scripts import paths
from scripts.profile import load
from scripts.runtime import engine
from tests.integration.running import STOPPED_WITHIN, Ended, service_of

GIVEN = frozenset({"LAB_VAR", "REQUESTS_CA_BUNDLE", "NO_PROXY", "no_proxy", "LAB_SPARK_SUBMIT"})
"""What a container is told beside the profile. Where code and environments lie it knows by itself."""

testcontainers_config.ryuk_disabled = True  # its image is on Docker Hub; every container here ends with its fixture


@dataclass(frozen=True)
class Container:
    """A service in a container, which is removed when it has ended."""

    container: Any

    @property
    def exit_code(self) -> int | None:
        """As the engine tells it."""
        self.container.reload()
        state = self.container.attrs["State"]
        return None if state["Running"] else int(state["ExitCode"])

    def stop(self) -> float:
        """As ``docker compose stop`` does."""
        start = monotonic()
        self.container.stop(timeout=STOPPED_WITHIN)
        return monotonic() - start

    def kill(self) -> None:
        """As ``docker kill`` does."""
        self.container.kill()
        self.container.wait()

    def members(self) -> list[int]:
        """Every process in it."""
        return [] if self.exit_code is not None else [int(row[1]) for row in self.container.top()["Processes"]]

    def log(self) -> str:
        """All it has printed."""
        return str(self.container.logs().decode(errors="replace"))

    def remove(self) -> None:
        """The container with what it wrote beside its volumes."""
        self.container.remove(force=True, v=True)


class Containers:
    """By the images of services/Dockerfile; state is in the same folders as that of processes."""

    def prepare(self) -> None:
        """Build the images, or skip where no engine answers."""
        if trouble := engine.trouble():
            pytest.skip(f"No containers here: {trouble}")
        if sys.platform != "linux":
            pytest.skip("The engine's network and processes are not this machine's: these tests need Linux")
        subprocess.run(["docker", "compose", "build", "--quiet", "localstack", "snowflake"], cwd=paths.ROOT, check=True)

    def start(self, script: str, environment: Mapping[str, str]) -> Container:
        """As this user, so that what it writes can be read and deleted."""
        known = {*load("local").values, *GIVEN}
        var = environment["LAB_VAR"]
        given = DockerContainer(f"media-stream/{service_of(script)}").with_command(f"services/{script}")
        given.with_envs(**{name: value for name, value in environment.items() if name in known})
        given.with_volume_mapping(var, var, "rw")
        given.with_kwargs(network_mode="host", pid_mode="host", init=True, user=f"{os.getuid()}:{os.getgid()}")
        return Container(given.start().get_wrapped_container())

    def run(self, script: str, environment: Mapping[str, str], within: float) -> Ended:
        """Killed when it takes longer."""
        service = self.start(script, environment)
        try:
            code = int(service.container.wait(timeout=within)["StatusCode"])
            return Ended(code, service.log())
        finally:
            service.remove()
