"""What a generator run is asked to do."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from scripts.errors import LabError

MAX_EVENTS = 100_000_000


class SettingsError(LabError):
    """A setting of the generator has a value it cannot work with."""


@dataclass(frozen=True, slots=True)
class Shares:
    """Which part of all records is of which kind; what remains are plain events."""

    duplicates: float = 0.01
    late: float = 0.02
    bad: float = 0.01

    def __post_init__(self) -> None:
        for name in ("duplicates", "late", "bad"):
            share = getattr(self, name)
            if not 0 <= share <= 0.3:
                raise SettingsError(f"The share of {name} is {share}; give a number from 0 to 0.3 (0.01 is 1 %).")


def new_run_id() -> str:
    """A name for one run of the generator: ``run-`` and eight hex digits."""
    return f"run-{secrets.token_hex(4)}"


def this_instant() -> datetime:
    """Now, in UTC, to the millisecond: the resolution of an event's timestamp."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


@dataclass(frozen=True, slots=True)
class GenerateSettings:
    """One run: ``events`` records (of every kind together) of the sequence that ``seed`` determines.

    Timestamps lie relative to ``as_of``: the same seed, start and ``as_of`` give the same bytes.
    """

    bucket: str
    stream: str
    events: int = 20_000
    seed: int = 7
    shares: Shares = field(default_factory=Shares)
    as_of: datetime = field(default_factory=this_instant)
    requests_in_flight: int = 4
    run_id: str = field(default_factory=new_run_id)

    def __post_init__(self) -> None:
        if not 1 <= self.events <= MAX_EVENTS:
            raise SettingsError(
                f"EVENTS is {self.events}; give a whole number from 1 to {MAX_EVENTS}.",
                next_command="make e2e EVENTS=20000",
            )
        if not 0 <= self.seed < 2**63:
            raise SettingsError(f"SEED is {self.seed}; give a whole number from 0 up.", next_command="make e2e SEED=7")
        if self.as_of.tzinfo is None:
            raise SettingsError(f"as_of is {self.as_of.isoformat()}, without a time zone; give it in UTC.")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: records acknowledged by the stream, of how many, and in how many seconds."""

    sent: int
    total: int
    seconds: float

    @property
    def rate(self) -> float:
        """Records a second since the run began."""
        return self.sent / self.seconds if self.seconds > 0 else 0.0

    @property
    def seconds_left(self) -> float | None:
        """How long the rest takes at this rate; None while nothing is known."""
        return (self.total - self.sent) / self.rate if self.sent else None


OnProgress = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class GenerateResult:
    """What a finished run did: ``kinds`` counts the acknowledged records of each kind."""

    run_id: str
    seed: int
    start: int
    sent: int
    resent: int
    seconds: float
    kinds: dict[str, int]
    as_of: datetime

    @property
    def rate(self) -> float:
        """Records a second over the whole run."""
        return self.sent / self.seconds if self.seconds > 0 else 0.0
