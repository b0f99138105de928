"""Services as processes of this machine, each leading a process group of its own."""

import os
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import pytest

from scripts import paths
from tests.integration.running import STOPPED_WITHIN, Ended, service_of


@dataclass(frozen=True)
class Process:
    """A service that leads a process group."""

    process: subprocess.Popen[bytes]
    log_file: Path

    @property
    def exit_code(self) -> int | None:
        """As a process has it."""
        return self.process.poll()

    def stop(self) -> float:
        """By SIGTERM to its leader, as supervisord does; what is left of its group is killed."""
        start = monotonic()
        self.process.terminate()
        try:
            self.process.wait(STOPPED_WITHIN)
            return monotonic() - start
        finally:
            self.kill()

    def kill(self) -> None:
        """The whole group."""
        end_group(self.process.pid)
        self.process.wait()

    def members(self) -> list[int]:
        """Of its group."""
        return group(self.process.pid)

    def log(self) -> str:
        """All of its log file."""
        return self.log_file.read_text(errors="replace")

    def remove(self) -> None:
        """What is left of its group is killed."""
        end_group(self.process.pid)


class Processes:
    """By the service's own environment in ``.venvs``."""

    def prepare(self) -> None:
        """The environments must be there."""
        for name in ("localstack", "snowflake"):
            if not (paths.envs() / name / "bin" / "python").exists():
                pytest.fail(f"The environment of {name} is missing in {paths.display(paths.envs())}. Next: make test")

    def start(self, script: str, environment: Mapping[str, str]) -> Process:
        """In a session of its own."""
        log = Path(environment["LAB_VAR"]) / f"{service_of(script)}.log"
        with log.open("ab") as output:
            process = subprocess.Popen(
                [str(paths.ROOT / "services" / script)],
                env=environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return Process(process, log)

    def run(self, script: str, environment: Mapping[str, str], within: float) -> Ended:
        """Killed when it takes longer."""
        ended = subprocess.run(
            [str(paths.ROOT / "services" / script)],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=within,
            check=False,
        )
        return Ended(ended.returncode, ended.stdout)


def group(leader: int) -> list[int]:
    """The living processes of a process group; zombies are not living."""
    members = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if fields[0] != "Z" and int(fields[2]) == leader:
            members.append(int(status.parent.name))
    return members


def end_group(leader: int) -> None:
    """Leave no process of the group behind."""
    if group(leader):
        os.killpg(leader, signal.SIGKILL)
