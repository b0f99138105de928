"""Values of the template that AWS would refuse, and that no linter knows, are in a dated list."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.infra.account import Template

LISTS: dict[str, list[dict[str, Any]]] = tomllib.loads(Path(__file__).with_name("valid_values.toml").read_text())


def values(name: str) -> list[Any]:
    """What the template has for ``<type> <property>``, of each resource of the type."""
    kind, _, member = name.partition(" ")
    return [properties[member] for properties in Template().of_type(kind).values()]


@pytest.mark.parametrize("entry", LISTS["value"], ids=lambda entry: entry["property"])
def test_the_template_has_a_value_that_aws_takes(entry: dict[str, Any]) -> None:
    found = values(entry["property"])

    assert found
    assert set(found) <= set(entry["valid"])


@pytest.mark.parametrize("entry", LISTS["range"], ids=lambda entry: entry["property"])
def test_the_template_stays_within_the_range(entry: dict[str, Any]) -> None:
    found = values(entry["property"])

    assert found
    assert all(entry["least"] <= each <= entry["most"] for each in found)


@pytest.mark.parametrize("entry", LISTS["value"] + LISTS["range"], ids=lambda entry: entry["property"])
def test_each_list_says_where_and_when_it_was_read(entry: dict[str, Any]) -> None:
    assert entry["source"].startswith("https://docs.aws.amazon.com/")
    assert isinstance(entry["read"], date)
