"""The world a seed determines: channels with their titles, and viewers with their habits."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from jobs.schema import DEVICES, GENRES, PLATFORMS, REGIONS, SUBSCRIPTIONS
from scripts.generate import catalogue

Ints = NDArray[np.int64]
Floats = NDArray[np.floating[Any]]
Bools = NDArray[np.bool_]

SHOWS_PER_CHANNEL = 25
VIEWERS = 5_000
FAVOURITES = 3
GENDERS = ("female", "male", "non-binary", "undisclosed")
AGE_GROUPS = ("13-17", "18-24", "25-34", "35-44", "45-54", "55-64", "65+")

_REGION_WEIGHTS = (0.38, 0.16, 0.28, 0.18)
_PLAN_WEIGHTS = (0.35, 0.25, 0.25, 0.15)
_GENDER_WEIGHTS = (0.47, 0.45, 0.05, 0.03)
_AGE_WEIGHTS = (0.06, 0.17, 0.24, 0.2, 0.15, 0.1, 0.08)
_DEVICE_WEIGHTS = (0.42, 0.27, 0.09, 0.14, 0.08)

PLATFORMS_OF: dict[str, tuple[str, ...]] = {
    "tv": ("roku", "fire_tv", "apple_tv", "android"),
    "mobile": ("android", "ios"),
    "tablet": ("ios", "android"),
    "desktop": ("web",),
    "console": ("playstation", "xbox"),
}


@dataclass(frozen=True, slots=True)
class Channel:
    """A row of the channel metadata, with what an advertisement on it earns."""

    channel_id: str
    name: str
    genre: str
    language: str
    launch_year: int
    cents_per_ad: int


@dataclass(frozen=True, slots=True)
class Show:
    """A title of a channel."""

    name: str
    genre: str
    minutes: int
    live_share: float


@dataclass(frozen=True, slots=True)
class Viewers:
    """The viewers as columns: row ``n`` of each array is viewer ``n``; values are places in the schema's lists."""

    ids: list[str]
    gender: Ints
    age_group: Ints
    region: Ints
    subscription: Ints
    region_names: list[str]
    subscription_names: list[str]
    favourites: Ints
    devices: Ints
    platform_on: Ints
    activity: Floats
    """Running share of all sessions, rising to 1: a few watch a lot."""


@dataclass(frozen=True, slots=True)
class World:
    """Everything that exists before the first event; ``popularity`` and ``show_ranks`` are running shares."""

    seed: int
    channels: tuple[Channel, ...]
    shows: tuple[Show, ...]
    viewers: Viewers
    popularity: Floats
    show_ranks: Floats


def running_shares(weights: Floats | tuple[float, ...]) -> Floats:
    """The weights summed up and scaled to end at 1, so that a uniform draw picks a place by searchsorted."""
    total: Floats = np.cumsum(np.asarray(weights, dtype=np.float64))
    shares: Floats = total / total[-1]
    return shares


def zipf(count: int, exponent: float) -> Floats:
    """Running shares of ``count`` ranks, the first the most popular."""
    return running_shares(np.arange(1, count + 1, dtype=np.float64) ** -exponent)


@cache
def world(seed: int) -> World:
    """The world of ``seed``; the same on every call and machine."""
    rng = np.random.default_rng([seed, 1])
    channels = _channels(rng)
    popularity = zipf(len(channels), 0.8)
    shows = tuple(show for channel in channels for show in _shows(rng, channel))
    return World(seed, channels, shows, _viewers(rng, popularity), popularity, zipf(SHOWS_PER_CHANNEL, 1.1))


def _channels(rng: np.random.Generator) -> tuple[Channel, ...]:
    years = rng.integers(1978, 2025, len(catalogue.CHANNELS))
    cents = rng.integers(1, 9, len(catalogue.CHANNELS))
    return tuple(
        Channel(f"ch-{number:03d}", name, genre, language, int(years[number - 1]), int(cents[number - 1]))
        for number, (name, genre, language) in enumerate(catalogue.CHANNELS, start=1)
    )


def _shows(rng: np.random.Generator, channel: Channel) -> list[Show]:
    forms = rng.choice(len(catalogue.TITLE_FORMS), SHOWS_PER_CHANNEL, p=np.array(catalogue.FORM_WEIGHTS) / 100)
    pairs = rng.permutation(len(catalogue.FIRST_WORDS) * len(catalogue.SECOND_WORDS))[:SHOWS_PER_CHANNEL]
    other_genre = rng.random(SHOWS_PER_CHANNEL) < 0.15
    genres = rng.integers(0, len(GENRES), SHOWS_PER_CHANNEL)
    minutes = rng.choice([22, 30, 45, 60, 90, 120], SHOWS_PER_CHANNEL)
    return [
        Show(
            name=catalogue.TITLE_FORMS[forms[n]].format(
                catalogue.FIRST_WORDS[pairs[n] // len(catalogue.SECOND_WORDS)],
                catalogue.SECOND_WORDS[pairs[n] % len(catalogue.SECOND_WORDS)],
            ),
            genre=GENRES[genres[n]] if other_genre[n] else channel.genre,
            minutes=int(minutes[n]),
            live_share=0.7 if channel.genre in {"news", "sports"} else 0.05,
        )
        for n in range(SHOWS_PER_CHANNEL)
    ]


def _viewers(rng: np.random.Generator, popularity: Floats) -> Viewers:
    def pick(weights: tuple[float, ...]) -> Ints:
        return np.searchsorted(running_shares(weights), rng.random(VIEWERS), side="right")

    region, subscription = pick(_REGION_WEIGHTS), pick(_PLAN_WEIGHTS)
    first, second = pick(_DEVICE_WEIGHTS), pick(_DEVICE_WEIGHTS)
    return Viewers(
        ids=[f"user-{number:05d}" for number in range(1, VIEWERS + 1)],
        gender=pick(_GENDER_WEIGHTS),
        age_group=pick(_AGE_WEIGHTS),
        region=region,
        subscription=subscription,
        region_names=[REGIONS[place] for place in region],
        subscription_names=[SUBSCRIPTIONS[place] for place in subscription],
        favourites=np.searchsorted(popularity, rng.random((VIEWERS, FAVOURITES)), side="right"),
        devices=np.stack([first, second], axis=1),
        platform_on=_platforms(rng),
        activity=running_shares(rng.permutation(np.arange(10, VIEWERS + 10, dtype=np.float64) ** -0.7)),
    )


def _platforms(rng: np.random.Generator) -> Ints:
    """For each viewer and device the one platform used on it: people do not change their television every day."""
    columns = []
    for device in DEVICES:
        places = np.array([PLATFORMS.index(name) for name in PLATFORMS_OF[device]])
        columns.append(places[rng.integers(0, len(places), VIEWERS)])
    return np.stack(columns, axis=1)
