"""What a DROP names: the stock server looks for it where the parser no longer puts it."""

from __future__ import annotations

from sqlglot import exp


def targets(drop: exp.Drop) -> list[exp.Table]:
    """What a DROP names."""
    return list(drop.args.get("tables") or [drop.this])
