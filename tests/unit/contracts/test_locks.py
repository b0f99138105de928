"""The locked requirements serve every machine: hashes for all, the address of none."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
LOCKS = sorted(
    (ROOT / "requirements.txt", *ROOT.glob("services/*/requirements.txt"), *ROOT.glob("tests/*/requirements.txt"))
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
