"""The ledger as a value: what was counted, and whether it balances."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Counts:
    """Records at each stage. ``loaded``, ``quarantined`` and ``duplicates`` are what the warehouse holds."""

    produced: int = 0
    received: int = 0
    unclaimed: int = 0
    bronze: int = 0
    silver: int = 0
    loaded: int = 0
    quarantined: int = 0
    duplicates: int = 0
    in_flight: int = 0
    warehouse: int = 0
    """Rows of VIEWERSHIP_LOGS: more than ``loaded`` when one is there twice."""


@dataclass(frozen=True, slots=True)
class RunCounts:
    """The same for one run of the generator."""

    run_id: str
    counts: Counts
    balanced: bool


@dataclass(frozen=True, slots=True)
class ReasonCount:
    """A quarantine reason: how many records were claimed to be so, and how many the warehouse holds."""

    reason: str
    claimed: int
    quarantined: int


@dataclass(frozen=True, slots=True)
class Imbalance:
    """One thing that does not add up. The three parts of the record's identity are None where it is no record."""

    rule: str
    why: str
    last_seen: str
    stream_name: str | None = None
    partition_key: str | None = None
    sequence_number: str | None = None
    event_id: str | None = None
    run_id: str | None = None


@dataclass(frozen=True, slots=True)
class Ledger:
    """The books, of one run or of everything. ``imbalances`` holds the first 20 of ``imbalance_count``."""

    counts: Counts
    run_id: str | None = None
    runs: tuple[RunCounts, ...] = ()
    reasons: tuple[ReasonCount, ...] = ()
    imbalances: tuple[Imbalance, ...] = ()
    imbalances_by_rule: dict[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def balanced(self) -> bool:
        """Every record is in exactly one place, each event once, and the marts add up to the events."""
        return not self.imbalances_by_rule

    @property
    def imbalance_count(self) -> int:
        """How many things do not add up, listed or not."""
        return sum(self.imbalances_by_rule.values())

    def closing_line(self) -> str:
        """The last line of a run."""
        counts = self.counts
        return (
            f"LEDGER produced={counts.produced} loaded={counts.loaded} quarantined={counts.quarantined} "
            f"duplicates={counts.duplicates} in_flight={counts.in_flight} "
            f"{'BALANCED' if self.balanced else 'UNBALANCED'}"
        )

    def as_dict(self) -> dict[str, Any]:
        """The same as plain values, for JSON."""
        return {
            **asdict(self.counts),
            "balanced": self.balanced,
            "run_id": self.run_id,
            "runs": [{"run_id": run.run_id, **asdict(run.counts), "balanced": run.balanced} for run in self.runs],
            "quarantined_by_reason": {
                row.reason: {"claimed": row.claimed, "quarantined": row.quarantined} for row in self.reasons
            },
            "imbalance_count": self.imbalance_count,
            "imbalances_by_rule": dict(self.imbalances_by_rule),
            "imbalances": [asdict(imbalance) for imbalance in self.imbalances],
            "notes": list(self.notes),
        }
