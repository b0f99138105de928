"""One command as a child of LocalStack, its output in files: started, watched, ended with all that it started."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, cast

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
        self._leash = cast(IO[bytes], self._warden.stdin)

    def exit_code(self) -> int | None:
        """The exit code (128 + signal when one ended it), or None while it runs."""
        code = self._warden.poll()
        if code is not None:
            self._leash.close()
        return code

    def end(self, grace: float) -> None:
        """Ask the process group to end, and kill it after `grace` seconds."""
        if grace > 0 and self.exit_code() is None:
            try:
                self._leash.write(b".")
                self._warden.wait(grace)
            except (BrokenPipeError, subprocess.TimeoutExpired):
                pass  # ended by itself just now, or deaf to SIGTERM: what follows suits both
        self._leash.close()
        self._warden.wait()
