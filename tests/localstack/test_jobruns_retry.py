"""When EMR Serverless tries a failed run again."""

from datetime import UTC, datetime, timedelta

import pytest
from lab_localstack.emr_serverless.retry import InvalidRetryPolicyError, RetryPolicy
from lab_localstack.emr_serverless.runs import Mode

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def failures(*minutes: int) -> list[datetime]:
    return [NOON + timedelta(minutes=minute) for minute in minutes]


@pytest.mark.parametrize(
    ("mode", "requested", "failed", "again"),
    [
        pytest.param("BATCH", None, failures(0), False, id="a batch once"),
        pytest.param("BATCH", {"maxAttempts": 3}, failures(0, 1), True, id="a batch with an attempt left"),
        pytest.param("BATCH", {"maxAttempts": 3}, failures(0, 1, 2), False, id="a batch without"),
        pytest.param("BATCH", {"maxAttempts": 2}, failures(0, 600), False, id="a batch counts for ever"),
        pytest.param("STREAMING", None, failures(0, 1, 2, 3), True, id="a stream's fourth failure"),
        pytest.param("STREAMING", None, failures(0, 1, 2, 3, 4), False, id="a stream's fifth within the hour"),
        pytest.param("STREAMING", None, failures(0, 1, 2, 3, 60), True, id="a stream's fifth, an hour later"),
        pytest.param("STREAMING", {"maxFailedAttemptsPerHour": 1}, failures(0), False, id="a stream never"),
    ],
)
def test_a_policy_decides_by_mode_number_and_time(
    mode: Mode, requested: dict[str, int] | None, failed: list[datetime], again: bool
) -> None:
    assert RetryPolicy.of(mode, requested).allows_another(failed) is again


@pytest.mark.parametrize(
    ("mode", "requested"),
    [
        ("BATCH", {"maxFailedAttemptsPerHour": 1}),
        ("STREAMING", {"maxAttempts": 1}),
        ("BATCH", {"maxAttempts": 0}),
        ("STREAMING", {"maxFailedAttemptsPerHour": 11}),
    ],
)
def test_a_policy_of_the_other_mode_or_out_of_range_is_refused(mode: Mode, requested: dict[str, int]) -> None:
    with pytest.raises(InvalidRetryPolicyError):
        RetryPolicy.of(mode, requested)
