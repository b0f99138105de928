"""Logs on their way to CloudWatch."""

import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lab_localstack.jobruns import logs
from lab_localstack.jobruns.account import Account
from lab_localstack.jobruns.logs import LogStream

LIMIT_BYTES, LIMIT_EVENTS = 1_048_576, 10_000


class Recorder:
    """A CloudWatch Logs that keeps what it is given, within PutLogEvents' limits."""

    def __init__(self) -> None:
        self.messages: list[str] = []

    def create_log_group(self, **_: Any) -> None: ...

    def create_log_stream(self, **_: Any) -> None: ...

    def put_log_events(self, **request: Any) -> None:
        messages = [event["message"] for event in request["logEvents"]]
        assert 1 <= len(messages) <= LIMIT_EVENTS
        assert sum(len(message.encode()) + 26 for message in messages) <= LIMIT_BYTES
        assert all(messages)
        self.messages += messages


@pytest.fixture
def cloudwatch(monkeypatch: pytest.MonkeyPatch) -> Recorder:
    recorder = Recorder()
    monkeypatch.setattr(Account, "client", lambda self, service: recorder)
    return recorder


def stream_of(file: Path) -> LogStream:
    return LogStream(Account("000000000000", "us-east-1"), file, "group", "stream")


def test_a_line_is_shipped_once_and_only_when_it_is_whole(tmp_path: Path, cloudwatch: Recorder) -> None:
    file = tmp_path / "stdout"
    stream = stream_of(file)
    stages = []
    for text in ("one\ntw", "o\nthree"):
        with file.open("a") as out:
            out.write(text)
        stream.ship(final=False)
        stages.append(list(cloudwatch.messages))
    stream.ship(final=True)

    assert stages == [["one"], ["one", "two"]]
    assert cloudwatch.messages == ["one", "two", "three"]


@pytest.mark.parametrize("line", [pytest.param("x", id="many short lines"), pytest.param("y" * 3000, id="long lines")])
def test_a_flood_arrives_whole_and_within_the_limits(tmp_path: Path, cloudwatch: Recorder, line: str) -> None:
    lines = [f"{line}{number}" for number in range(25_000 if line == "x" else 2_000)]
    (tmp_path / "stdout").write_text("\n".join(lines))

    stream_of(tmp_path / "stdout").ship(final=True)

    assert cloudwatch.messages == lines


def test_an_endless_line_is_cut_and_not_lost(tmp_path: Path, cloudwatch: Recorder) -> None:
    (tmp_path / "stdout").write_text("z" * 1_000_000)

    stream_of(tmp_path / "stdout").ship(final=True)

    assert "".join(cloudwatch.messages) == "z" * 1_000_000


@given(st.binary())
def test_chunks_put_together_are_the_file(content: bytes) -> None:
    assert b"".join(logs._whole_lines(io.BytesIO(content), final=True)) == content
