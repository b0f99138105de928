"""What is not the lab's in a Snowflake account is neither taken over nor dropped, whatever name a profile gives."""

from typing import Any, cast

import boto3
import pytest
from rich.console import Console
from snowflake.connector.errors import ProgrammingError

from scripts import deploy, ownership, profile, stack, warehouse
from scripts.destroy import warehouse as destroyed
from scripts.display import PlainDisplay
from scripts.errors import LabError
from tests.unit.scripts.fake_snowflake import FakeSnowflake

SETTINGS = {
    "SNOWFLAKE_DATABASE": "MEDIA_STREAM",
    "SNOWFLAKE_WAREHOUSE": "COMPUTE_WH",
    "SNOWFLAKE_STAGE_OPTIONS": "STORAGE_INTEGRATION = MEDIA_STREAM_S3",
}
OURS = {
    "DATABASE MEDIA_STREAM": "Viewing events of the media stream",
    "WAREHOUSE COMPUTE_WH": "Loads and queries of the media stream",
    "STORAGE INTEGRATION MEDIA_STREAM_S3": "Reads the exports of the media stream",
}


def account(there: dict[str, str]) -> Any:
    return cast("Any", FakeSnowflake(there=there))


def test_what_the_labs_sql_makes_is_the_labs() -> None:
    assert {f"{each.kind} {each.name}": each.comment for each in ownership.named(SETTINGS)} == OURS
    ownership.require_ours(account(OURS), SETTINGS)


def test_names_that_are_free_may_be_taken() -> None:
    ownership.require_ours(account({}), SETTINGS)


def test_a_stage_without_an_integration_names_none() -> None:
    kinds = [each.kind for each in ownership.named(SETTINGS | {"SNOWFLAKE_STAGE_OPTIONS": "CREDENTIALS = (x)"})]
    assert kinds == ["DATABASE", "WAREHOUSE"]


@pytest.mark.parametrize("taken", OURS)
@pytest.mark.parametrize("comment", ["", "my own"])
def test_what_is_another_s_is_not_taken_over(taken: str, comment: str) -> None:
    with pytest.raises(LabError, match="is not the lab's, and is left alone") as caught:
        ownership.require_ours(account(OURS | {taken: comment}), SETTINGS)
    assert f"{comment!r}, not {OURS[taken]!r}" in caught.value.message
    assert f"ALTER {taken} SET COMMENT = '{OURS[taken]}';" in caught.value.message
    assert caught.value.next_command == "make doctor"


@pytest.mark.parametrize(
    ("setting", "there"),
    [
        pytest.param("compute_wh", "COMPUTE_WH", id="without quotes letters are capitals"),
        pytest.param('"compute_wh"', "compute_wh", id="in quotes as they are"),
        pytest.param('"nine o\'clock"', "nine o'clock", id="an apostrophe"),
    ],
)
def test_a_name_is_found_as_snowflake_reads_it(setting: str, there: str) -> None:
    with pytest.raises(LabError, match="warehouse"):
        ownership.require_ours(account({f"WAREHOUSE {there}": "mine"}), SETTINGS | {"SNOWFLAKE_WAREHOUSE": setting})


def test_another_name_that_like_finds_too_is_no_matter() -> None:
    ownership.require_ours(account({"WAREHOUSE COMPUTEXWH": "mine", "WAREHOUSE compute_wh": "mine"}), SETTINGS)


def test_a_snowflake_that_does_not_tell_is_a_sentence() -> None:
    class Silent(FakeSnowflake):
        def execute(self, statement: str) -> list[Any]:
            raise ProgrammingError(msg="Insufficient privileges")

    with pytest.raises(LabError, match=r"does not tell whose database MEDIA_STREAM is: .*Insufficient privileges"):
        ownership.require_ours(cast("Any", Silent()), SETTINGS)


def test_what_is_another_s_stays_and_all_else_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    connection = account(OURS | {"WAREHOUSE COMPUTE_WH": ""})
    monkeypatch.setattr(warehouse, "connect", lambda _environment: connection)
    with pytest.raises(LabError, match="warehouse COMPUTE_WH is not the lab's, and is left alone"):
        destroyed.drop(SETTINGS, lambda _: None)
    dropped = [each for each in connection.executed if each.startswith("DROP")]
    assert dropped == [each for each in destroyed.statements(SETTINGS) if "COMPUTE_WH" not in each]
    assert "DROP DATABASE IF EXISTS MEDIA_STREAM" in dropped


def test_a_deployment_over_what_is_another_s_is_refused_before_anything_is_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    connection = account({"DATABASE MEDIA_STREAM": "my own"})
    monkeypatch.setattr(warehouse, "connect", lambda: connection)
    monkeypatch.setattr(stack, "deploy", lambda *_, **__: pytest.fail("the stack was deployed"))
    monkeypatch.setattr(warehouse, "deploy", lambda *_: pytest.fail("the SQL was run"))
    with pytest.raises(LabError, match="database MEDIA_STREAM is not the lab's"):
        deploy.deploy(profile.load("local"), boto3.Session(), PlainDisplay(Console()))
    assert all(each.startswith("SHOW") for each in connection.executed)
