"""A lab of the tests' own: free ports, its own state in a folder with a space in its name."""

import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from scripts import profile as profiles
from scripts import settings

ROOT = Path(__file__).resolve().parents[2]
MINUTES = 60
EVENTS = 2_000
PATIENCE = 5 * MINUTES


@dataclass(frozen=True)
class Lab:
    """The `lab` command line on a profile and a state of its own."""

    profile: Path
    var: Path
    shell: Mapping[str, str] = field(default_factory=dict)
    """What the user has exported."""

    def run(
        self, *arguments: str, check: bool = True, environment: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run `lab …`, in an environment with these settings besides; its output goes to the test's as well."""
        result = subprocess.run(
            self.command(*arguments), env={**self.environment, **(environment or {})}, cwd=ROOT, capture_output=True,
            text=True, check=False, timeout=15 * MINUTES,
        )  # fmt: skip
        sys.stdout.write(result.stdout + result.stderr)
        if check:
            assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-3000:]
        return result

    def command(self, *arguments: str) -> list[str]:
        """The command line that runs `lab …` here."""
        return [sys.executable, "-m", "scripts.cli", "--profile", str(self.profile), *arguments]

    @property
    def environment(self) -> dict[str, str]:
        """A shell of this machine, with the state kept apart, no container in the way, the calls of AWS recorded.

        Less what says who the user is and where the account: `lab test` runs under a profile of its own.
        """
        theirs = settings.NAMES | profiles.AWS_CREDENTIALS
        return {
            **{name: value for name, value in os.environ.items() if name not in theirs},
            "LAB_VAR": str(self.var),
            "LAB_RECORD_CALLS": str(self.calls),
            "RUNTIME": "processes",
            **self.shell,
        }

    @property
    def calls(self) -> Path:
        """Where LocalStack records the calls of AWS."""
        return self.var / "calls.json"

    def ledger(self) -> dict[str, Any]:
        """`lab ledger --json`."""
        answer: dict[str, Any] = json.loads(self.run("ledger", "--json", check=False).stdout)
        return answer

    def report(self) -> dict[str, Any]:
        """var/report.json."""
        answer: dict[str, Any] = json.loads((self.var / "report.json").read_text())
        return answer

    @property
    def settings(self) -> profiles.Profile:
        """The profile as the lab reads it."""
        return profiles.load(str(self.profile))


def free_ports(count: int) -> list[int]:
    """Ports nobody listens on."""
    listeners = [socket.socket() for _ in range(count)]
    for listener in listeners:
        listener.bind(("127.0.0.1", 0))
    ports = [listener.getsockname()[1] for listener in listeners]
    for listener in listeners:
        listener.close()
    return ports


def own_profile(folder: Path, changes: Mapping[str, str] | None = None) -> Path:
    """profiles/local.env with free ports and these changes."""
    text = (ROOT / "profiles" / "local.env").read_text()
    ports = re.findall(r"^(\w+_PORT)=", text, re.M)
    wanted = {**dict(zip(ports, map(str, free_ports(len(ports))), strict=True)), **(changes or {})}
    for name, value in wanted.items():
        text, count = re.subn(rf"^{name}=.*$", f"{name}={value}", text, flags=re.M)
        assert count == 1, f"profiles/local.env sets {name} {count} times"
    path = folder / "own.env"
    path.write_text(text)
    return path


def wait_until(condition: Callable[[], bool], what: str) -> None:
    """Return when it holds; fail, saying what never came true, after five minutes."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"never came true: {what}"
        time.sleep(0.5)


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    folder = tmp_path_factory.mktemp("a lab of its own")
    own = Lab(own_profile(folder), folder / "var")
    yield own
    own.run("down")


@pytest.fixture(scope="session")
def first_run(lab: Lab) -> str:
    """What `lab e2e` printed, the first time."""
    return lab.run("e2e", "--events", str(EVENTS)).stdout
