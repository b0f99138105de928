"""Which kind of record stands at which index of a seed's endless sequence.

Counted, not drawn: each block of the sequence holds its exact part of every kind, and the bad records
take the quarantine reasons in turn, so that also a short run shows all of them.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import chain

import numpy as np

from jobs.schema import Reason
from scripts.generate.settings import Shares

BLOCK = 1_000
"""Records that are made together; a run may begin and end anywhere in a block."""

EVENT, LATE, DUPLICATE = "event", "late", "duplicate"
GOOD_KINDS = frozenset({EVENT, LATE})
REASONS = tuple(reason.value for reason in Reason)

NEAREST_ORIGINAL = 500
FARTHEST_ORIGINAL = 4_000
"""How far before a duplicate its original lies: never in the same PutRecords of 500."""


@lru_cache(maxsize=64)
def kinds_of_block(seed: int, block: int, shares: Shares) -> tuple[str, ...]:
    """The kind of each of the ``BLOCK`` records of block number ``block``."""
    places = np.random.default_rng([seed, 2, block]).permutation(BLOCK)
    # The first records of all have nothing before them that they could repeat.
    repeatable = places[places >= NEAREST_ORIGINAL] if block == 0 else places
    duplicates = repeatable[: _in_block(shares.duplicates, block)]
    others = places[~np.isin(places, duplicates)]
    late = _in_block(shares.late, block)
    kinds = [EVENT] * BLOCK
    for place in duplicates:
        kinds[place] = DUPLICATE
    for place in others[:late]:
        kinds[place] = LATE
    bad_before = round(block * BLOCK * shares.bad)
    for number, place in enumerate(others[late : late + _in_block(shares.bad, block)]):
        kinds[place] = REASONS[(bad_before + number) % len(REASONS)]
    return tuple(kinds)


def kind_at(seed: int, index: int, shares: Shares) -> str:
    """The kind of the record at ``index``."""
    return kinds_of_block(seed, index // BLOCK, shares)[index % BLOCK]


def original_of(seed: int, index: int, shares: Shares) -> int:
    """The index of the good event that the duplicate at ``index`` repeats; always smaller."""
    rng = np.random.default_rng([seed, 3, index])
    farthest = min(FARTHEST_ORIGINAL, index)
    wanted = index - int(rng.integers(NEAREST_ORIGINAL, farthest + 1))
    earlier = range(wanted, -1, -1)
    later = range(wanted + 1, index - NEAREST_ORIGINAL + 1)
    for candidate in chain(earlier, later):
        if kind_at(seed, candidate, shares) in GOOD_KINDS:
            return candidate
    raise AssertionError(f"no good event before index {index} of seed {seed}")


def _in_block(share: float, block: int) -> int:
    return round((block + 1) * BLOCK * share) - round(block * BLOCK * share)
