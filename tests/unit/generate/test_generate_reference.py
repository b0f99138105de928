"""Reference data: the same bytes for a seed, quoted so that the pipeline reads back every character."""

import csv
import io
from datetime import UTC, datetime

import pytest

from scripts.generate import GenerateSettings
from scripts.generate.reference import ad_revenue, channel_metadata, demographics, parse_ad_revenue
from scripts.generate.revenue import reported_revenue
from scripts.generate.world import world

SETTINGS = GenerateSettings("lake", "stream", seed=7, as_of=datetime(2026, 11, 23, 12, tzinfo=UTC))


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def test_channel_metadata_reads_back_every_character() -> None:
    read = [(row["channel_id"], row["channel_name"]) for row in rows(channel_metadata(world(7)))]
    assert read == [(channel.channel_id, channel.name) for channel in world(7).channels]
    assert len({channel_id for channel_id, _ in read}) == 40


def test_channel_names_hold_what_breaks_careless_readers() -> None:
    names = "".join(channel.name for channel in world(7).channels)
    assert all(character in names for character in ",\"\n'\\🎈עا")


def test_every_viewer_is_in_the_demographics_once() -> None:
    read = rows(demographics(world(7)))
    assert [row["user_id"] for row in read] == world(7).viewers.ids
    assert len({row["user_id"] for row in read}) == 5_000


@pytest.mark.parametrize("text", [channel_metadata, demographics])
def test_a_seed_gives_the_same_bytes(text: object) -> None:
    assert callable(text)
    world.cache_clear()
    before = text(world(7))
    world.cache_clear()
    assert text(world(7)) == before
    assert text(world(8)) != before


def test_reported_revenue_survives_its_file() -> None:
    reported = reported_revenue(SETTINGS, 0, 5_000)
    assert parse_ad_revenue(ad_revenue(world(7), reported)) == reported


def test_reported_revenue_is_near_the_observed_but_not_the_same() -> None:
    reported = reported_revenue(SETTINGS, 0, 20_000)
    again = reported_revenue(SETTINGS, 0, 20_000)
    other_noise = reported_revenue(SETTINGS, 1, 19_999)
    assert again == reported
    assert 0.95 < sum(reported.values()) / sum(other_noise.values()) < 1.05
    assert reported != other_noise
