"""The sentence that says why a job failed, out of what it printed."""

import re
from pathlib import Path

_TAIL_BYTES = 128 * 1024
_PYTHON_TRACEBACK = "Traceback (most recent call last):"
_PYTHON_EXCEPTION = re.compile(r"^[A-Za-z_][\w.]*(:.*)?$")
_JVM_EXCEPTION = re.compile(r'^(?:Exception in thread "[^"]*" |Caused by: )?((?:[a-z_$][\w$]*\.)+[A-Z][\w$]*(?::.*)?)$')


def failure_sentence(stdout: Path, stderr: Path, exit_code: int) -> str:
    """The last exception a job printed, else its last line of output, else its exit code.

    Spark sends a Python driver's traceback to stdout; the JVM's own exceptions and the launcher's words are on stderr.
    """
    out, err = _tail(stdout), _tail(stderr)
    return (
        last_python_exception(out)
        or last_python_exception(err)
        or last_jvm_exception(err)
        or f"spark-submit exited with code {exit_code}" + _last_words(err or out)
    )


def last_python_exception(text: str) -> str | None:
    """The last traceback's final line, such as "ValueError: no such channel"; None where there is no traceback."""
    _, found, traceback = text.rpartition(_PYTHON_TRACEBACK)
    if not found:
        return None
    return next((line.strip() for line in traceback.splitlines() if _PYTHON_EXCEPTION.match(line)), None)


def last_jvm_exception(text: str) -> str | None:
    """The last line that is a Java exception, such as "org.apache.spark.SparkException: Job aborted."."""
    matches = (_JVM_EXCEPTION.match(line) for line in reversed(text.splitlines()))
    return next((match[1] for match in matches if match), None)


def _last_words(text: str) -> str:
    lines = text.split("\n")
    last = next((line.strip() for line in reversed(lines) if line.strip()), "")
    return f": {last}" if last else " and printed nothing"


def _tail(path: Path) -> str:
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _TAIL_BYTES))
        return file.read().decode(errors="replace")
