"""The sentence of a failed run, out of what the run printed."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lab_localstack.jobruns.failure import failure_sentence, last_python_exception

TRACEBACK = 'Traceback (most recent call last):\n  File "job.py", line 3, in <module>\n    read()\n'
SPARK = "org.apache.spark.SparkException: Job aborted due to stage failure"


@pytest.mark.parametrize(
    ("stdout", "stderr", "sentence"),
    [
        pytest.param(f"{TRACEBACK}ValueError: no such channel\n", "", "ValueError: no such channel", id="traceback"),
        pytest.param(
            f"{TRACEBACK}KeyError: 'a'\n\nDuring handling of the above exception:\n\n{TRACEBACK}lab.Lost: b\nbye\n",
            "WARN x\n",
            "lab.Lost: b",
            id="last of two",
        ),
        pytest.param(f"{TRACEBACK}KeyboardInterrupt\n", "", "KeyboardInterrupt", id="exception without words"),
        pytest.param("", f"{TRACEBACK}ImportError: x\n", "ImportError: x", id="traceback on stderr"),
        pytest.param(
            "rows 3\n", f'Exception in thread "main" {SPARK}\n\tat a.B(C.scala:1)\n', SPARK, id="from the jvm"
        ),
        pytest.param(
            "", "No Java found.\n", "spark-submit exited with code 3: No Java found.", id="the launcher's words"
        ),
        pytest.param("half done\n\n", "", "spark-submit exited with code 3: half done", id="last line"),
        pytest.param("", "", "spark-submit exited with code 3 and printed nothing", id="silence"),
        pytest.param("\udcff".encode(errors="surrogateescape"), "", None, id="not utf-8"),
    ],
)
def test_a_failure_is_told_by_its_last_exception_or_last_words(
    tmp_path: Path, stdout: str | bytes, stderr: str, sentence: str | None
) -> None:
    out, err = tmp_path / "stdout", tmp_path / "stderr"
    out.write_bytes(stdout if isinstance(stdout, bytes) else stdout.encode())
    err.write_text(stderr)

    told = failure_sentence(out, err, 3)

    assert told == sentence if sentence else told.startswith("spark-submit exited with code 3: ")


def test_only_the_end_of_a_long_output_is_read(tmp_path: Path) -> None:
    out, err = tmp_path / "stdout", tmp_path / "stderr"
    out.write_text(f"{TRACEBACK}ValueError: old and caught\n" + "line\n" * 200_000 + f"{TRACEBACK}OSError: disk full\n")
    err.touch()

    assert failure_sentence(out, err, 1) == "OSError: disk full"


@given(st.text())
def test_any_output_has_a_one_line_exception_or_none(output: str) -> None:
    told = last_python_exception(output)

    assert told is None or (told and len(told.splitlines()) == 1)
