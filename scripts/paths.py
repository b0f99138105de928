"""Where things stand: the repository, its environments and its state."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def envs() -> Path:
    """Virtual environments, one a service (``LAB_ENVS``, default ``.venvs``)."""
    return Path(os.environ.get("LAB_ENVS") or ROOT / ".venvs")


def var() -> Path:
    """State, logs and reports (``LAB_VAR``, default ``var``)."""
    return Path(os.environ.get("LAB_VAR") or ROOT / "var")


def logs() -> Path:
    """One log file a service."""
    return var() / "logs"


def display(path: Path) -> str:
    """``path`` as a user would type it: relative to the repository where it lies inside."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
