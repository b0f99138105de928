"""The ledger: every record ever produced, and where it is now."""

from __future__ import annotations

from scripts.ledger.collect import Sources, collect
from scripts.ledger.model import Counts, Imbalance, Ledger, ReasonCount, RunCounts
from scripts.ledger.reckon import reckon

__all__ = ["Counts", "Imbalance", "Ledger", "ReasonCount", "RunCounts", "Sources", "collect", "reckon", "take"]


def take(sources: Sources, run_id: str | None = None) -> Ledger:
    """Count everything, or the records of one run of the generator.

    Raises:
        Unavailable: a service does not answer.
        LabError: nothing was ever claimed under ``run_id``.
    """
    return reckon(collect(sources, run_id), run_id)
