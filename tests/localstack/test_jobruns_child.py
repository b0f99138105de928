"""Children that end with everything they started."""

import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lab_localstack.jobruns import child as child_module
from lab_localstack.jobruns.child import Child

FAMILY = textwrap.dedent(
    """
    import os, signal, subprocess, sys, time
    {before}
    grandchild = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    print(os.getpid(), grandchild.pid, flush=True)
    {after}
    """
)
DEAF = "signal.signal(signal.SIGTERM, signal.SIG_IGN)"
WITHIN_SECONDS = 30
WAIT = "time.sleep(600)"


@pytest.fixture
def start(tmp_path: Path) -> Callable[..., tuple[Child, list[int]]]:
    def start(before: str = "", after: str = WAIT) -> tuple[Child, list[int]]:
        script = FAMILY.format(before=before, after=after)
        child = Child([sys.executable, "-c", script], tmp_path, dict(os.environ))
        printed = until(child.stdout.read_text, lambda text: text.endswith("\n"))
        return child, [int(pid) for pid in printed.split()]

    return start


def until(probe: Callable[[], Any], is_it: Callable[[Any], bool]) -> Any:
    deadline = time.monotonic() + WITHIN_SECONDS
    while not is_it(answer := probe()):
        assert time.monotonic() < deadline, f"Not within {WITHIN_SECONDS} s; the last answer was {answer!r}"
        time.sleep(0.05)
    return answer


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.mark.parametrize(
    ("before", "grace"),
    [
        pytest.param("", 20.0, id="asked"),
        pytest.param(DEAF, 0.2, id="deaf, so killed"),
        pytest.param(DEAF, 0.0, id="killed at once"),
    ],
)
def test_ending_a_child_ends_its_whole_family(start: Any, before: str, grace: float) -> None:
    child, family = start(before)
    assert child.exit_code() is None
    assert all(map(alive, family))

    child.end(grace)

    assert not any(map(alive, family))
    assert child.exit_code() is not None


def test_a_child_that_ends_by_itself_leaves_nothing_it_started(start: Any) -> None:
    child, family = start(after="sys.exit(3)")

    assert until(child.exit_code, lambda code: code is not None) == 3
    assert not any(map(alive, family))


def test_a_child_ended_by_a_signal_says_which(start: Any) -> None:
    child, _ = start(after="os.kill(os.getpid(), signal.SIGSEGV)")

    assert until(child.exit_code, lambda code: code is not None) == 128 + 11


def test_ending_a_child_twice_is_no_error(start: Any) -> None:
    child, _ = start()
    child.end(0)
    child.end(5)

    assert child.exit_code() is not None


def test_a_family_dies_with_its_owner_even_when_that_is_killed(tmp_path: Path) -> None:
    owner = f"""
        import os, sys, time
        sys.path.insert(0, {str(Path(child_module.__file__).parents[2])!r})
        from pathlib import Path
        from lab_localstack.jobruns.child import Child
        Child([sys.executable, "-c", {FAMILY.format(before=DEAF, after=WAIT)!r}], Path(sys.argv[1]), dict(os.environ))
        time.sleep(600)
    """
    with subprocess.Popen([sys.executable, "-c", textwrap.dedent(owner), str(tmp_path)]) as process:
        stdout = tmp_path / "stdout"
        printed = until(lambda: stdout.read_text() if stdout.exists() else "", lambda text: text.endswith("\n"))
        family = [int(pid) for pid in printed.split()]
        assert all(map(alive, family))

        process.kill()

    assert until(lambda: [pid for pid in family if alive(pid)], lambda left: not left) == []
