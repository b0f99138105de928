from pathlib import Path

import pytest
from typer.testing import CliRunner

from scripts import cli, run, services


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["--events", "abc"], id="a word"),
        pytest.param(["--events", "0"], id="nothing to do"),
        pytest.param(["--events", "-5"], id="negative"),
        pytest.param(["--events", "1.5"], id="a fraction"),
        pytest.param(["--events", ""], id="empty"),
        pytest.param(["--seed", "x"], id="a seed that is no number"),
    ],
)
def test_a_wrong_number_is_refused_by_its_value_with_an_example_before_anything_starts(arguments: list[str]) -> None:
    result = CliRunner().invoke(cli.app, ["e2e", *arguments])
    assert result.exit_code == 2
    assert f"{arguments[1]!r} is not a whole number" in result.output
    assert "make e2e" in result.output


def test_the_defaults_are_those_of_the_makefile(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {}
    monkeypatch.setattr(services, "up", lambda *_arguments: None)

    def end_to_end(*_arguments: object, **settings: int) -> None:
        given.update(settings)
        raise InterruptedError

    monkeypatch.setattr(run, "end_to_end", end_to_end)
    CliRunner().invoke(cli.app, ["e2e"])
    assert given == {"events": 20_000, "seed": 7}


def test_a_users_mistake_is_a_sentence_and_the_next_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("LAB_VAR", str(tmp_path))
    monkeypatch.setattr("sys.argv", ["lab", "--runtime", "processes", "logs", "nosuch"])
    with pytest.raises(SystemExit) as caught:
        cli.entry()
    assert caught.value.code == 1
    words = capsys.readouterr().err
    assert "There is no service 'nosuch'. Services: localstack," in words
    assert "next:  make status" in words
    assert "Traceback" not in words
