"""The services in containers, by Docker Compose.

Source: the command line of ``docker compose``, https://docs.docker.com/reference/cli/docker/compose/
"""

from __future__ import annotations

import json
import re
import subprocess
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ByteSize, TypeAdapter

from scripts import paths, preflight
from scripts.display import Display
from scripts.errors import LabError
from scripts.profile import Profile, environment
from scripts.runtime import Program, engine

CERTIFICATES = "tls/bundle.pem"
"""What a client of the warehouse must trust, below ``LAB_VAR``: of the container that makes it, and of this machine."""
STATE_IN_CONTAINERS = "/var/lib/lab"

BUILD_STEP = re.compile(r"#\d+ (\[\S+ +\d+/\d+\] .+)")
"""A step, as BuildKit's plain output begins it."""
LAST_LINES = 25

RUNNING = "running"
ENDED = frozenset({"exited", "dead"})


@dataclass(frozen=True, slots=True)
class Compose:
    """The services of docker-compose.yml at the addresses of ``profile``; their state is in volumes."""

    profile: Profile
    name = "compose"

    def start(self, display: Display) -> None:
        """Build the images whose inputs have changed, and create or start the containers that are down."""
        if not self.programs():
            engine.require_memory()
            preflight.ports(self.profile)
        display.heading("Images")
        self._build(display)
        display.heading("Containers")
        self._compose("up", "--detach", failure="The containers did not start", next_command="make status")
        self._bring_certificates()

    def stop(self) -> bool:
        """Remove the containers; the volumes stay."""
        running = bool(self.programs())
        self._compose("down", failure="The containers did not stop", next_command="docker compose ps")
        return running

    def clean(self) -> None:
        """Remove the containers and the volumes."""
        self._compose("down", "--volumes", failure="Not everything was removed", next_command="docker compose ps")

    def programs(self) -> tuple[Program, ...]:
        """The containers there are, running or not."""
        rows = self._rows("ps", "--all", "--format", "json")
        return tuple(_program(row) for row in sorted(rows, key=lambda row: row["Service"]))

    def memory(self) -> Mapping[str, int]:
        """By service, as the engine counts it: without the pages of files it could drop."""
        names = {row["Name"]: row["Service"] for row in self._rows("ps", "--format", "json")}
        if not names:
            return {}
        answer = self._run("docker", "stats", "--no-stream", "--format", "{{json .}}", *names)
        usage = [json.loads(line) for line in answer.stdout.splitlines()]
        return {names[row["Name"]]: _bytes(row["MemUsage"].partition("/")[0]) for row in usage}

    def tail(self, program: str, lines: int) -> str:
        """What the container has printed."""
        answer = self._run("docker", "compose", "logs", "--no-log-prefix", "--tail", str(lines), program)
        return answer.stdout.strip()

    def _bring_certificates(self) -> None:
        """As soon as the warehouse has made them, so that clients on this machine trust it."""
        here = paths.var() / CERTIFICATES
        here.parent.mkdir(parents=True, exist_ok=True)
        to_mend = "make logs SERVICE=snowflake"
        self._compose("up", "--detach", "--wait", "snowflake", failure="No warehouse", next_command=to_mend)
        there = f"snowflake:{STATE_IN_CONTAINERS}/{CERTIFICATES}"
        self._compose("cp", there, str(here), failure="No certificate of the warehouse", next_command=to_mend)

    def _build(self, display: Display) -> None:
        command = ["docker", "compose", "--progress", "plain", "--profile", "*", "build"]
        last: deque[str] = deque(maxlen=LAST_LINES)
        with subprocess.Popen(
            command,
            cwd=paths.ROOT,
            env=self._environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            for line in process.stdout or ():
                last.append(line.rstrip())
                if step := BUILD_STEP.match(line):
                    display.note(step[1])
        if process.returncode:
            words = "\n".join(last)
            raise LabError(
                f"The images could not be built:\n{words}\nIs this machine online, with room on its disk?",
                next_command="make e2e, or without containers: make e2e RUNTIME=processes",
            )

    def _rows(self, *arguments: str) -> list[dict[str, Any]]:
        answer = self._run("docker", "compose", *arguments)
        return [json.loads(line) for line in answer.stdout.splitlines()]

    def _compose(self, *arguments: str, failure: str, next_command: str) -> None:
        answer = self._run("docker", "compose", *arguments)
        if answer.returncode:
            words = "\n".join(answer.stderr.strip().splitlines()[-LAST_LINES:])
            raise LabError(f"{failure}:\n{words}", next_command=next_command)

    def _run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, cwd=paths.ROOT, env=self._environment(), capture_output=True, text=True, check=False
        )

    def _environment(self) -> dict[str, str]:
        return {**environment(self.profile), "LAB_PROFILE": str(self.profile.path)}


def _program(row: Mapping[str, Any]) -> Program:
    health = f" ({row['Health']})" if row["Health"] else ""
    runs = row["State"] == RUNNING and row["Health"] in {"", "healthy"}
    return Program(row["Service"], row["State"] + health, runs=runs, gave_up=row["State"] in ENDED)


def _bytes(text: str) -> int:
    return int(TypeAdapter(ByteSize).validate_python(text.strip()))
