"""README, Makefile, command line and profile say the same."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from typer.testing import CliRunner

from scripts import profile
from scripts.cli import app

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()
MAKEFILE = (ROOT / "Makefile").read_text()
PROFILE = profile.load("local").values

TARGETS = set(re.findall(r"^([a-z0-9-]+):.*## ", MAKEFILE, re.M))
COMMANDS = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}


def test_readme_lists_every_make_target_and_no_other() -> None:
    assert set(re.findall(r"^\| `make ([a-z0-9-]+)`", README, re.M)) == TARGETS


def test_every_make_target_mentioned_anywhere_exists() -> None:
    texts = [README, *(path.read_text() for path in (ROOT / "docs").rglob("*.md"))]
    mentioned = {target for text in texts for target in re.findall(r"`make ([a-z0-9-]+)", text)}
    assert mentioned <= TARGETS


def test_every_lab_command_a_make_target_calls_exists() -> None:
    assert set(re.findall(r"\$\(LAB\) ([a-z0-9-]+)", MAKEFILE)) <= COMMANDS


def test_readme_names_the_defaults_of_the_makefile() -> None:
    for setting, value in re.findall(r"^(EVENTS|SEED|ROWS) \?= (\d+)", MAKEFILE, re.M):
        assert f"{setting}={value}" in README


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_has_a_help_text(command: str) -> None:
    result = CliRunner().invoke(app, [command, "--help"])
    assert result.exit_code == 0
    assert len(result.output.splitlines()) > 3


# A browser's addresses; spark:// is for programs.
@pytest.mark.parametrize("key", [key for key, value in PROFILE.items() if value.startswith("http")])
def test_every_address_of_the_profile_is_in_the_readme(key: str) -> None:
    url = urlsplit(PROFILE[key])
    assert f"{url.scheme}://{url.hostname}:{url.port}" in README


def test_readme_names_no_port_that_is_not_in_the_profile() -> None:
    ports = set(re.findall(r"localhost:(\d+)", README))
    known = {str(urlsplit(value).port) for value in PROFILE.values() if "://" in value}
    assert ports <= known | {PROFILE["SNOWFLAKE_PORT"]}


def test_the_warehouse_log_in_of_the_readme_is_the_profiles() -> None:
    assert (
        f"{PROFILE['SNOWFLAKE_USER']} / {PROFILE['SNOWFLAKE_PASSWORD']}, account {PROFILE['SNOWFLAKE_ACCOUNT']}"
        in README
    )
    assert f"{PROFILE['AIRFLOW_USER']} / {PROFILE['AIRFLOW_PASSWORD']}" in README


@pytest.mark.parametrize("link", re.findall(r"\]\((?!http)([^)#]+)\)", README))
def test_every_link_of_the_readme_leads_somewhere(link: str) -> None:
    assert (ROOT / link).exists()
