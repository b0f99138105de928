"""One command as a child of LocalStack, its output in files: started, watched, ended with all that it started."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

_WARDEN = Path(__file__).with_name("warden.py")


class Child:
    """A running command. Its whole process group ends with `end`, with the command itself, or with this process."""

    def __init__(self, command: Sequence[str], directory: Path, environment: Mapping[str, str]) -> None:
        """Start `command` in `directory`; stdout and stderr go to the files `stdout` and `stderr` there."""
        self.stdout = directory / "stdout"
        self.stderr = directory / "stderr"
        with self.stdout.open("wb") as stdout, self.stderr.open("wb") as stderr:
            # A session of its own: signals to LocalStack's group (Ctrl-C, supervisord) are not meant for jobs.
            self._warden = subprocess.Popen(
                [sys.executable, "-I", "-S", str(_WARDEN), *command],
                bufsize=0,
                cwd=directory,
                env=dict(environment),
                stdin=subprocess.PIPE,
                stdout=stdout,
                stderr=stderr,
                start_new_session=True,
            )

    def exit_code(self) -> int | None:
        """The exit code (128 + signal when one ended it), or None while it runs."""
        code = self._warden.poll()
        if code is not None:
            self._drop_leash()
        return code

    def end(self, grace: float) -> None:
        """Ask the process group to end, and kill it after `grace` seconds."""
        if self._warden.stdin is not None and grace > 0:
            try:
                os.write(self._warden.stdin.fileno(), b".")
                self._warden.wait(grace)
            except (BrokenPipeError, subprocess.TimeoutExpired):
                pass  # ended by itself just now, or deaf to SIGTERM: what follows suits both
        self._drop_leash()
        self._warden.wait()

    def _drop_leash(self) -> None:
        if self._warden.stdin is not None and not self._warden.stdin.closed:
            self._warden.stdin.close()
