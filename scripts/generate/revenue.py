"""What the advertising network will report for a run: near what its events say, seldom the same."""

from __future__ import annotations

import numpy as np

from scripts.generate.kinds import BLOCK, GOOD_KINDS, kinds_of_block
from scripts.generate.settings import GenerateSettings
from scripts.generate.viewing import DAY_MS, as_of_ms, viewing
from scripts.generate.world import world

Reported = dict[tuple[str, str], int]
"""Cents by channel id and day (ISO)."""

EXACT_SHARE = 0.5
"""How many of the reported figures agree with the events to the cent."""
SPREAD = 0.02


def reported_revenue(settings: GenerateSettings, start: int, count: int) -> Reported:
    """The report for the ``count`` records from ``start`` on: good events only, each counted once."""
    observed: Reported = {}
    for number in range(start // BLOCK, -(-(start + count) // BLOCK)):
        _observe(observed, settings, number, start, start + count)
    rng = np.random.default_rng([settings.seed, 7, start])
    return {key: _as_reported(cents, rng) for key, cents in sorted(observed.items())}


def _observe(observed: Reported, settings: GenerateSettings, number: int, start: int, end: int) -> None:
    block = viewing(settings.seed, number, settings.shares, as_of_ms(settings.as_of))
    kinds = kinds_of_block(settings.seed, number, settings.shares)
    indexes = number * BLOCK + np.arange(BLOCK)
    counted = np.array([kind in GOOD_KINDS for kind in kinds]) & (indexes >= start) & (indexes < end)
    channels, days = block.channel[counted], block.started_ms[counted] // DAY_MS
    for channel, day, cents in zip(channels.tolist(), days.tolist(), block.cents[counted].tolist(), strict=True):
        key = (world(settings.seed).channels[channel].channel_id, str(np.datetime64(day, "D")))
        observed[key] = observed.get(key, 0) + cents


def _as_reported(cents: int, rng: np.random.Generator) -> int:
    if rng.random() < EXACT_SHARE:
        return cents
    return max(0, round(cents * (1 + rng.normal(0, SPREAD))))
