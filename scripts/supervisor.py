"""The supervisor of the service processes: start, stop and ask supervisord.

Source: supervisord's XML-RPC API, https://supervisord.org/api.html
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import signal
import subprocess
import sys
import tempfile
import xmlrpc.client
from collections.abc import Iterator, Mapping, Sequence
from configparser import RawConfigParser
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import psutil
from supervisor.xmlrpc import SupervisorTransport
from tenacity import retry, retry_if_result, stop_after_delay, wait_fixed

from scripts import paths
from scripts.errors import LabError

CONFIG = paths.ROOT / "services" / "supervisord.conf"
START_SECONDS = 20
STOP_SECONDS = 60
GRACE_SECONDS = 5

PLACE = ("PROFILE_KIND", "AWS_ACCOUNT_ID", "AWS_REGION", "PROJECT")
"""What programs that run must share with a profile for it to go on with them."""


@dataclass(frozen=True, slots=True)
class Program:
    """A supervised service: its name, supervisord's state for it (RUNNING, STARTING, BACKOFF, FATAL …), its pid."""

    name: str
    state: str
    pid: int
    description: str


def socket() -> Path:
    """supervisord's control socket: a short path of its own, since a socket's path is limited to 107 bytes."""
    digest = hashlib.sha256(str(paths.var()).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"lab-{os.getuid()}-{digest}.sock"


def log_file(program: str) -> Path:
    """Where ``program`` logs."""
    return paths.logs() / f"{program}.log"


def program_names() -> tuple[str, ...]:
    """The programs of services/supervisord.conf, in its order."""
    config = RawConfigParser()
    config.read_string(CONFIG.read_text())
    return tuple(name.removeprefix("program:") for name in config.sections() if name.startswith("program:"))


def is_running() -> bool:
    """Whether this lab's supervisord answers."""
    try:
        with _api() as api:
            return bool(api.getState()["statename"])
    except (OSError, xmlrpc.client.Error):
        return False


def programs() -> tuple[Program, ...]:
    """Every program with its state; empty when supervisord is not running."""
    if not is_running():
        return ()
    with _api() as api:
        rows = cast("list[dict[str, Any]]", api.getAllProcessInfo())
    return tuple(
        Program(row["name"], row["statename"], int(row["pid"]), str(row["spawnerr"] or row["description"]))
        for row in rows
    )


def start(environment: Mapping[str, str], names: Sequence[str]) -> bool:
    """Start supervisord with these programs, or those of them that are down; nothing is started twice.

    Returns:
        Whether supervisord itself was started by this call.

    Raises:
        LabError: the programs that run are those of another account, region or project.
    """
    if is_running():
        _require_same_place(environment)
        for program in programs():
            if program.state in {"STOPPED", "EXITED", "FATAL", "BACKOFF"}:
                with _api() as api, contextlib.suppress(xmlrpc.client.Fault):  # it came up between the two calls
                    api.startProcess(program.name, False)
        return False
    _launch(environment, names)
    return True


def _require_same_place(environment: Mapping[str, str]) -> None:
    running = _supervisord()
    theirs = running.environ() if running else environment
    for setting in PLACE:
        if theirs.get(setting) != environment.get(setting):
            raise LabError(
                f"The lab already runs here with {setting}={theirs.get(setting)}, and the profile has "
                f"{environment.get(setting)}. Stop it first, under the profile it was started with.",
                next_command="make down",
            )


def config(names: Sequence[str]) -> Path:
    """services/supervisord.conf, or a copy of it without the programs that are not asked for."""
    unwanted = [name for name in program_names() if name not in names]
    if not unwanted:
        return CONFIG
    parser = RawConfigParser()
    parser.read_string(CONFIG.read_text())
    for name in unwanted:
        parser.remove_section(f"program:{name}")
    path = paths.var() / "run" / CONFIG.name
    with path.open("w") as file:
        parser.write(file)
    return path


def _launch(environment: Mapping[str, str], names: Sequence[str]) -> None:
    for folder in (paths.logs(), paths.var() / "run"):
        folder.mkdir(parents=True, exist_ok=True)
    socket().unlink(missing_ok=True)
    for record in (paths.var() / "run").glob("*.pgid"):  # of processes that are long gone: their numbers are free again
        record.unlink()
    result = subprocess.run(
        [sys.executable, "-m", "supervisor.supervisord", "-c", str(config(names))],
        cwd=paths.ROOT,
        env={**environment, "LAB_SOCKET": str(socket())},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode or not _wait_until_running():
        words = (result.stderr or result.stdout).strip() or tail_of(paths.logs() / "supervisord.log", 5)
        raise LabError(f"supervisord did not start: {words}", next_command="make e2e")


@retry(
    retry=retry_if_result(lambda running: not running),
    wait=wait_fixed(0.1),
    stop=stop_after_delay(START_SECONDS),
    retry_error_callback=lambda _: False,
)
def _wait_until_running() -> bool:
    return is_running()


def stop() -> bool:
    """Stop every program and supervisord; what outlives the deadline is killed by its process group.

    Returns:
        Whether anything was running.
    """
    family = processes()
    supervisord = _supervisord()
    if supervisord is not None:
        supervisord.send_signal(signal.SIGTERM)
        psutil.wait_procs([supervisord], timeout=STOP_SECONDS)
    _end({*processes(), *(process for process in family if process.is_running())})
    socket().unlink(missing_ok=True)
    return bool(family)


def _end(left: set[psutil.Process]) -> None:
    """End what outlived supervisord: politely, then for good."""
    for ask in (psutil.Process.terminate, psutil.Process.kill):
        for process in left:
            with contextlib.suppress(psutil.NoSuchProcess):
                ask(process)
        left = set(psutil.wait_procs(left, timeout=GRACE_SECONDS)[1])


def processes() -> list[psutil.Process]:
    """Every process of the lab: supervisord, all below it, and what a killed supervisord left behind."""
    supervisord = _supervisord()
    tree = [supervisord, *supervisord.children(recursive=True)] if supervisord else []
    return list({*tree, *filter(_carries_mark, psutil.process_iter())})


def memory() -> dict[str, int]:
    """Bytes of memory (PSS) of each program with all below it; of the rest, as supervisord's."""
    usage: dict[str, int] = {}
    left = set(processes())
    for program in programs():
        family = _family(program.pid)
        usage[program.name] = sum(map(_pss, family))
        left -= family
    return {**usage, "supervisord": sum(map(_pss, left))} if left else usage


def _family(pid: int) -> set[psutil.Process]:
    if not pid:
        return set()
    with contextlib.suppress(psutil.NoSuchProcess):
        leader = psutil.Process(pid)
        return {leader, *leader.children(recursive=True)}
    return set()


def _pss(process: psutil.Process) -> int:
    with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
        return int(process.memory_full_info().pss)
    return 0


def tail(program: str, lines: int = 15) -> str:
    """The last lines of a program's log."""
    return tail_of(log_file(program), lines)


def tail_of(path: Path, lines: int) -> str:
    """The last lines of the file ``path``, empty when there is none."""
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 64 * 1024))
        return "\n".join(file.read().decode(errors="replace").splitlines()[-lines:])


def _supervisord() -> psutil.Process | None:
    try:
        process = psutil.Process(int((paths.var() / "run" / "supervisord.pid").read_text()))
        ours = any("supervisord.conf" in word for word in process.cmdline())
    except (OSError, ValueError, psutil.Error):
        return None
    return process if ours and process.status() != psutil.STATUS_ZOMBIE else None


def _carries_mark(process: psutil.Process) -> bool:
    """Whether ``process`` descends from this lab's supervisord, even if that has died: it carries our socket's name."""
    try:
        return bool(process.environ().get("LAB_SOCKET") == str(socket()))
    except psutil.Error:
        return False


@contextlib.contextmanager
def _api() -> Iterator[Any]:
    with contextlib.closing(SupervisorTransport(None, None, f"unix://{socket()}")) as transport:
        yield xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport).supervisor
