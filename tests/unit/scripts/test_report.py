"""What a run says at its end."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from scripts import profile
from scripts.generate import GenerateResult
from scripts.ledger import Ledger
from scripts.ledger.model import Counts
from scripts.report import Report, places_to_look
from tests.unit.scripts.aws_profile import load


def test_a_run_of_this_machine_leads_to_its_own_pages() -> None:
    places = {name: address for name, address, _ in places_to_look(profile.load("local"))}

    assert places["Airflow"] == "http://localhost:8080"
    assert places["Dashboard"] == "http://localhost:8501"
    assert all(address.startswith("http://localhost:") for address in places.values())


def test_a_run_on_aws_leads_to_the_pages_of_its_region(tmp_path: Path) -> None:
    settings = load(tmp_path)
    region = settings["AWS_REGION"]
    pages = [address for name, address, _ in places_to_look(settings) if name != "Snowflake"]

    assert any(page.endswith(f"/mwaa/home?region={region}#environments/{settings['PROJECT']}/sso") for page in pages)
    assert all(page.startswith(f"https://{region}.console.aws.amazon.com/") for page in pages)


def test_a_report_is_kept_where_nothing_was_started_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAB_VAR", str(tmp_path / "var-aws"))
    generated = GenerateResult("run-1", 7, 0, 0, 0, 1.0, {}, datetime(2026, 11, 30, tzinfo=UTC))
    Report(Ledger(Counts()), Ledger(Counts()), generated, {}, None, None).write()

    assert (tmp_path / "var-aws" / "report.json").is_file()
