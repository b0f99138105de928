"""The locked requirements serve every machine: hashes for all, the address of none."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
LOCKS = sorted(
    file.with_suffix(".txt")
    for pattern in ("", "*/", "*/*/", "*/*/*/")
    for file in ROOT.glob(f"{pattern}requirements.in")
)


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_lock_names_no_registry(lock: Path) -> None:
    assert not re.search(r"https?://|--index-url|--find-links|@ file:", lock.read_text())


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_locked_package_carries_a_hash(lock: Path) -> None:
    text = lock.read_text().replace("\\\n", " ")
    pinned = [line for line in text.splitlines() if re.match(r"^[a-z0-9]", line, re.I)]
    assert pinned
    assert [line for line in pinned if "--hash=sha256:" not in line] == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_package_asked_for_is_locked(lock: Path) -> None:
    locked = {name.lower().replace("_", "-") for name in re.findall(r"^([\w.-]+)==", lock.read_text(), re.M)}
    asked = re.findall(r"^([A-Za-z0-9][\w.-]*)", lock.with_suffix(".in").read_text(), re.M)
    assert {name.lower().replace("_", "-") for name in asked} <= locked


def test_the_lock_of_npm_names_no_registry_and_has_hashes() -> None:
    text = (ROOT / "tests" / "iam" / "package-lock.json").read_text()
    packages = json.loads(text)["packages"]
    assert "://" not in text
    assert all(package["integrity"].startswith("sha512-") for name, package in packages.items() if name)


@pytest.mark.parametrize(
    "constraints", sorted(ROOT.glob("tests/mwaa/*/constraints.txt")), ids=lambda path: path.parent.name
)
def test_airflow_is_locked_as_the_constraints_of_mwaa_say(constraints: Path) -> None:
    pin = re.compile(r"^([\w.-]+)==(\S+)", re.M)
    locked = {
        name.lower().replace("_", "-"): version
        for name, version in pin.findall(constraints.with_name("requirements.txt").read_text())
    }
    asked = {name.lower().replace("_", "-"): version for name, version in pin.findall(constraints.read_text())}
    assert len(asked) > 100
    assert {name: locked.get(name) for name in asked} == asked
