"""What viewers watch: the good events of one block of the sequence, drawn as columns.

A block is a number of sessions. A session is one viewer on one device, watching a few titles after one
another and ending at an hour that the daily curve of the viewer's region makes likely.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import numpy as np
import orjson

from jobs.schema import DEVICES, PLATFORMS, REGIONS, SCHEMA_VERSION, SUBSCRIPTIONS
from scripts.generate.kinds import BLOCK, LATE, kinds_of_block
from scripts.generate.settings import Shares
from scripts.generate.world import FAVOURITES, SHOWS_PER_CHANNEL, Bools, Floats, Ints, World, world

Event = dict[str, Any]

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS

NEW_SESSION = 0.4
"""Chance that an event opens a session: 2.5 events a session on average."""

_HOURS = (9, 5, 3, 2, 2, 3, 8, 14, 16, 14, 13, 14, 18, 19, 17, 17, 20, 26, 36, 48, 56, 52, 36, 18)
"""How much is watched in each hour of the viewer's day."""
_UTC_OFFSET_HOURS = {"NA": -6, "LATAM": -4, "EMEA": 1, "APAC": 8}
_MINUTES_PER_AD = {"free": 7, "basic": 14, "standard": 40, "premium": 0}
_BUFFERING = {"tv": 0.3, "mobile": 1.2, "tablet": 0.8, "desktop": 0.4, "console": 0.3}


@dataclass(frozen=True, slots=True)
class Block:
    """The viewing of one block as columns of ``BLOCK`` rows; money in cents, instants in ms since 1970."""

    number: int
    session: Ints
    viewer: Ints
    device: Ints
    platform: Ints
    channel: Ints
    show: Ints
    started_ms: Ints
    minutes: Ints
    is_live: Bools
    ads: Ints
    cents: Ints
    engagement: Floats
    buffering: Ints
    completion: Floats


def as_of_ms(as_of: datetime) -> int:
    """The instant in milliseconds since 1970."""
    return round(as_of.timestamp() * 1000)


def event_id(seed: int, index: int) -> str:
    """The id of the event at ``index``: the same whenever, and as often as, it is sent."""
    return "ev-" + hashlib.blake2b(f"{seed}:{index}".encode(), digest_size=12).hexdigest()


@lru_cache(maxsize=16)
def viewing(seed: int, number: int, shares: Shares, now_ms: int) -> Block:
    """Block ``number`` of the sequence of ``seed``, its timestamps in the day before ``now_ms`` (late ones earlier)."""
    the_world, viewers = world(seed), world(seed).viewers
    rng = np.random.default_rng([seed, 4, number])
    session = _sessions(rng)
    viewer = np.searchsorted(viewers.activity, rng.random(BLOCK), side="right")[session]
    device = viewers.devices[viewer, (rng.random(BLOCK) < 0.25).astype(np.int64)[session]]
    channel = _channels(rng, the_world, viewer)
    show = channel * SHOWS_PER_CHANNEL + np.searchsorted(the_world.show_ranks, rng.random(BLOCK), side="right")
    runtime = np.array([item.minutes for item in the_world.shows])[show]
    completion = np.round(np.where(rng.random(BLOCK) < 0.45, 100.0, rng.beta(1.2, 1.5, BLOCK) * 100), 2)
    minutes = np.maximum(np.round(runtime * completion / 100), 1).astype(np.int64)
    ads = _ads(rng, viewers.subscription[viewer], minutes)
    started = _started(rng, now_ms, session, viewers.region[viewer], minutes)
    return Block(
        number=number,
        session=session,
        viewer=viewer,
        device=device,
        platform=viewers.platform_on[viewer, device],
        channel=channel,
        show=show,
        started_ms=started - _lateness(rng, seed, number, shares),
        minutes=minutes,
        is_live=rng.random(BLOCK) < np.array([item.live_share for item in the_world.shows])[show],
        ads=ads,
        cents=ads * np.array([item.cents_per_ad for item in the_world.channels])[channel] + rng.binomial(ads, 0.3),
        engagement=np.round(np.clip(completion / 125 + rng.normal(0.1, 0.08, BLOCK), 0, 1), 3),
        buffering=rng.poisson(np.array([_BUFFERING[name] for name in DEVICES])[device]),
        completion=completion,
    )


def events(seed: int, block: Block) -> list[Event]:
    """The block's events as objects, in the schema's order of fields."""
    the_world, first = world(seed), block.number * BLOCK
    rows = zip(
        block.session.tolist(), block.viewer.tolist(), block.device.tolist(), block.platform.tolist(),
        block.channel.tolist(), block.show.tolist(), iso_timestamps(block.started_ms), block.minutes.tolist(),
        block.is_live.tolist(), block.ads.tolist(), block.cents.tolist(), block.engagement.tolist(),
        block.buffering.tolist(), block.completion.tolist(), strict=True,
    )  # fmt: skip
    return [
        {
            "event_id": event_id(seed, first + place),
            "session_id": f"s-{seed}-{block.number}-{session}",
            "user_id": the_world.viewers.ids[viewer],
            "channel_id": the_world.channels[channel].channel_id,
            "channel_name": the_world.channels[channel].name,
            "show_name": the_world.shows[show].name,
            "genre": the_world.shows[show].genre,
            "timestamp": started,
            "duration_minutes": minutes,
            "region": the_world.viewers.region_names[viewer],
            "subscription_type": the_world.viewers.subscription_names[viewer],
            "device": DEVICES[device],
            "platform": PLATFORMS[platform],
            "is_live": live,
            "ads_watched": ads,
            "ad_revenue": money(cents),
            "engagement_score": engagement,
            "buffer_count": buffering,
            "completion_percentage": completion,
            "schema_version": SCHEMA_VERSION,
        }
        for place, (
            session, viewer, device, platform, channel, show, started, minutes,
            live, ads, cents, engagement, buffering, completion,
        ) in enumerate(rows)
    ]  # fmt: skip


def iso_timestamps(instants_ms: Ints) -> list[str]:
    """ISO 8601 in UTC with milliseconds, as the schema asks."""
    texts: list[str] = np.datetime_as_string(instants_ms.astype("datetime64[ms]"), unit="ms", timezone="UTC").tolist()
    return texts


def money(cents: int) -> orjson.Fragment:
    """The amount as a JSON number with exactly two decimals; it never passes through a float."""
    return orjson.Fragment(b"%d.%02d" % divmod(cents, 100))


def _sessions(rng: np.random.Generator) -> Ints:
    opens = rng.random(BLOCK) < NEW_SESSION
    opens[0] = True
    numbers: Ints = np.cumsum(opens) - 1
    return numbers


def _channels(rng: np.random.Generator, the_world: World, viewer: Ints) -> Ints:
    favourite = the_world.viewers.favourites[viewer, rng.integers(0, FAVOURITES, BLOCK)]
    anything = np.searchsorted(the_world.popularity, rng.random(BLOCK), side="right")
    return np.where(rng.random(BLOCK) < 0.7, favourite, anything)


def _ads(rng: np.random.Generator, subscription: Ints, minutes: Ints) -> Ints:
    per_minute = np.array([1 / gap if (gap := _MINUTES_PER_AD[plan]) else 0 for plan in SUBSCRIPTIONS])
    ads: Ints = rng.poisson(minutes * per_minute[subscription])
    return ads


def _started(rng: np.random.Generator, now_ms: int, session: Ints, region: Ints, minutes: Ints) -> Ints:
    """When each viewing began: a session's last one ended at its drawn hour of the day before ``now_ms``."""
    hours = np.array(_HOURS) / sum(_HOURS)
    local_end_ms = (rng.choice(24, BLOCK, p=hours) * HOUR_MS + rng.integers(0, HOUR_MS, BLOCK))[session]
    first_of_session = np.searchsorted(session, session)
    offset_ms = np.array([_UTC_OFFSET_HOURS[name] for name in REGIONS])[region[first_of_session]] * HOUR_MS
    ended_ms = now_ms - (now_ms + offset_ms - local_end_ms) % DAY_MS
    spans = minutes * MINUTE_MS + rng.integers(0, 10 * MINUTE_MS, BLOCK)
    total = np.concatenate([[0], np.cumsum(spans)])
    end_of_session = total[np.searchsorted(session, session, side="right")]
    started: Ints = ended_ms - (end_of_session - total[:-1])
    return started


def _lateness(rng: np.random.Generator, seed: int, number: int, shares: Shares) -> Ints:
    drawn = rng.integers(DAY_MS, 3 * DAY_MS, BLOCK)
    is_late = np.array([kind == LATE for kind in kinds_of_block(seed, number, shares)])
    return np.where(is_late, drawn, 0)
