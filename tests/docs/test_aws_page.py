"""docs/aws.md says what is true: the differences, the prices, the commands."""

import re
from pathlib import Path
from typing import Any

import pytest
from cfnlint.decode import cfn_yaml  # type: ignore[import-untyped]

from scripts import profile, settings, stack
from scripts.cost import Prices, days
from tests.unit.scripts.aws_profile import load

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "aws.md").read_text()
MAKEFILE = (ROOT / "Makefile").read_text()
TEMPLATE: dict[str, Any] = cfn_yaml.load(str(stack.TEMPLATE))

DIFFERENCES = PAGE.partition("## What differs")[2].partition("\n## ")[0]
ROWS = [[cell.strip() for cell in row.strip("|").split("|")] for row in re.findall(r"^\|.*`.*\|$", DIFFERENCES, re.M)]

IN_ANY_DEPLOYMENT = {"HasCode"}
"""Conditions of a deployment's steps, the same wherever it goes."""


def documented(kind: str) -> set[str]:
    """What the rows of a kind name: "condition" or "" (settings and files)."""
    rows = [row[0] for row in ROWS if row[0].startswith("condition") is (kind == "condition")]
    return {name for row in rows for name in re.findall(r"`([^`]+)`", row)}


def test_every_setting_in_which_the_profiles_differ_is_documented_and_no_other(tmp_path: Path) -> None:
    local, aws = profile.load("local").values, load(tmp_path).values
    differing = {name for name in local.keys() | aws.keys() if local.get(name) != aws.get(name)}
    assert {name for name in documented("") if name in settings.NAMES} == differing


def test_every_condition_of_the_template_is_documented_and_no_other() -> None:
    assert documented("condition") == set(TEMPLATE["Conditions"]) - IN_ANY_DEPLOYMENT


def test_every_sql_file_for_aws_alone_is_documented() -> None:
    files = {str(path.relative_to(ROOT)) for path in (ROOT / "snowflake" / "aws").rglob("*.sql")}
    assert {name for name in documented("") if name.endswith(".sql")} == files


def test_every_difference_has_its_reason() -> None:
    without = [row[0] for row in ROWS if not row[3]]
    assert without == ["`SNOWFLAKE_ACCOUNT` `SNOWFLAKE_USER`"], "whose account it is needs no reason"


def test_the_costs_are_those_of_the_model() -> None:
    assert days.table(Prices.load()) in PAGE, "see scripts.cost.days.table"
    assert str(Prices.load().oldest) in PAGE


@pytest.mark.parametrize("command", sorted(set(re.findall(r"make ([a-z]+ PROFILE=aws[^`\n]*)", PAGE))))
def test_every_command_of_the_page_is_a_target_and_confirms_what_changes(command: str) -> None:
    target, *arguments = command.partition("  ")[0].split(maxsplit=1)
    recipe = re.search(rf"^{target}:.*\n\t(.*)$", MAKEFILE, re.M)
    assert recipe, target
    changes = "$(CONFIRMED)" in recipe[1]
    assert ("CONFIRM=<account id>" in "".join(arguments)) is changes
    for setting in re.findall(r"([A-Z_]+)=", "".join(arguments)):
        assert re.search(rf"^{setting} \?=", MAKEFILE, re.M), setting


@pytest.mark.parametrize("anchor", re.findall(r"\]\(#([a-z-]+)\)", PAGE))
def test_every_link_within_the_page_leads_to_a_heading(anchor: str) -> None:
    headings = {
        re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-") for title in re.findall(r"^#+ (.*)$", PAGE, re.M)
    }
    assert anchor in headings
