"""Against a real supervisord with harmless programs."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from tenacity import retry, stop_after_delay, wait_fixed

from scripts import supervisor
from scripts.profile import environment, load

CONFIG = """
[unix_http_server]
file=%(ENV_LAB_SOCKET)s
[supervisord]
logfile=%(ENV_LAB_VAR)s/logs/supervisord.log
pidfile=%(ENV_LAB_VAR)s/run/supervisord.pid
[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
[program:sleeper]
command=services/supervised sleeper %(ENV_LAB_VAR)s/sleeper
stdout_logfile=%(ENV_LAB_VAR)s/logs/sleeper.log
stopasgroup=true
killasgroup=true
startsecs=0
"""


@pytest.fixture
def started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], bool]]:
    config = tmp_path / "supervisord.conf"
    config.write_text(CONFIG)
    sleeper = tmp_path / "var" / "sleeper"
    sleeper.parent.mkdir()
    sleeper.write_text("#!/bin/sh\necho awake\nsleep 1000 &\nwait\n")
    sleeper.chmod(0o755)
    monkeypatch.setenv("LAB_VAR", str(tmp_path / "var"))
    monkeypatch.setattr(supervisor, "CONFIG", config)
    yield lambda: supervisor.start(environment(load("local")), supervisor.program_names())
    supervisor.stop()


@retry(stop=stop_after_delay(10), wait=wait_fixed(0.05), reraise=True)
def eventually(condition: Callable[[], bool]) -> None:
    assert condition()


def sleeper() -> supervisor.Program:
    return next(program for program in supervisor.programs() if program.name == "sleeper")


def test_start_runs_every_program_and_nothing_twice(started: Callable[[], bool]) -> None:
    assert started()
    eventually(lambda: sleeper().state == "RUNNING")
    first = sleeper().pid
    assert not started()
    assert sleeper().pid == first


def test_a_killed_program_is_started_again(started: Callable[[], bool]) -> None:
    started()
    first = sleeper().pid
    os.kill(first, signal.SIGKILL)
    eventually(lambda: sleeper().state == "RUNNING" and sleeper().pid != first)


def sleeps_of(pid: int) -> list[psutil.Process]:
    return [child for child in psutil.Process(pid).children() if child.name() == "sleep"]


def test_the_successor_of_a_killed_program_ends_the_children_it_left(started: Callable[[], bool]) -> None:
    started()
    eventually(lambda: len(sleeps_of(sleeper().pid)) == 1)
    first = psutil.Process(sleeper().pid)
    (child,) = sleeps_of(first.pid)
    first.kill()
    eventually(lambda: sleeper().state == "RUNNING" and sleeper().pid != first.pid)
    eventually(lambda: not child.is_running())
    eventually(lambda: len(sleeps_of(sleeper().pid)) == 1)


def test_stop_leaves_no_process_behind(started: Callable[[], bool]) -> None:
    started()
    eventually(lambda: len(supervisor.processes()) == 3)
    family = supervisor.processes()
    assert supervisor.stop()
    assert [process for process in family if process.is_running()] == []
    assert supervisor.processes() == []
    assert not supervisor.stop()


def test_stop_finds_what_a_killed_supervisord_left_behind(started: Callable[[], bool]) -> None:
    started()
    eventually(lambda: len(supervisor.processes()) == 3)
    left = [process for process in supervisor.processes() if "supervisord" not in " ".join(process.cmdline())]
    parent = psutil.Process(left[0].pid).parent()
    supervisord = next(process for process in supervisor.processes() if process not in left)
    assert parent is not None
    supervisord.kill()
    supervisord.wait(10)
    assert supervisor.stop()
    assert [process for process in left if process.is_running()] == []


def test_the_log_of_a_program_can_be_read(started: Callable[[], bool]) -> None:
    started()
    eventually(lambda: supervisor.tail("sleeper") == "awake")


def test_without_supervisord_there_are_no_programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAB_VAR", str(tmp_path / "var"))
    assert not supervisor.is_running()
    assert supervisor.programs() == ()
