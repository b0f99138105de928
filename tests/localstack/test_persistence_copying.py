"""Work in a copy of the process: on memory as it was, and without a trace in the original."""

import os
import signal
import socket
from pathlib import Path

import pytest
from lab_localstack.persistence.copying import CopyFailedError, run_in_a_copy


def test_the_copy_works_and_changes_nothing_here(tmp_path: Path) -> None:
    memory = ["here"]

    def work() -> None:
        memory.append("in the copy")
        (tmp_path / "written").write_text(" ".join(memory))

    assert run_in_a_copy(work) > 0
    assert (tmp_path / "written").read_text() == "here in the copy"
    assert memory == ["here"]


def test_a_failure_is_said_and_raised(capfd: pytest.CaptureFixture[str]) -> None:
    def work() -> None:
        raise ValueError("no room")

    with pytest.raises(CopyFailedError, match="ended with 1"):
        run_in_a_copy(work)

    assert "ValueError: no room" in capfd.readouterr().err


def test_the_copy_holds_no_port_and_finishes_although_asked_to_end(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        descriptor = listening.fileno()

        def work() -> None:
            os.kill(os.getpid(), signal.SIGTERM)
            held = any(path.name == str(descriptor) for path in Path("/proc/self/fd").iterdir())
            (tmp_path / "held").write_text(str(held))

        run_in_a_copy(work)

    assert (tmp_path / "held").read_text() == "False"
