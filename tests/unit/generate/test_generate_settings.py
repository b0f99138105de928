"""Settings: what cannot work is refused with a sentence that says what would."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from scripts import generate
from scripts.generate import GenerateSettings, SettingsError
from scripts.generate.settings import Progress, new_run_id


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        pytest.param({"events": 0}, "EVENTS is 0; give a whole number from 1", id="no events"),
        pytest.param({"events": -5}, "EVENTS is -5", id="negative events"),
        pytest.param({"events": 10**9}, "EVENTS is 1000000000", id="too many events"),
        pytest.param({"seed": -1}, "SEED is -1", id="negative seed"),
        pytest.param({"as_of": datetime(2026, 1, 1)}, "without a time zone", id="naive instant"),
    ],
)
def test_what_cannot_work_is_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        GenerateSettings("lake", "stream", **settings)


@pytest.mark.parametrize("distance", [timedelta(days=-2), timedelta(hours=1)], ids=["past", "future"])
def test_an_instant_that_would_spoil_good_events_is_refused_before_anything_is_sent(distance: timedelta) -> None:
    settings = GenerateSettings("lake", "stream", as_of=datetime.now(UTC) + distance)
    with pytest.raises(SettingsError, match="too far from now"):
        generate.run(settings, None, lambda _: None)  # type: ignore[arg-type]


def test_progress_tells_rate_and_time_left() -> None:
    progress = Progress(sent=500, total=2_000, seconds=0.5)
    assert progress.rate == 1_000
    assert progress.seconds_left == 1.5
    assert Progress(sent=0, total=10, seconds=0.0).seconds_left is None


def test_run_ids_differ() -> None:
    assert new_run_id() != new_run_id()
