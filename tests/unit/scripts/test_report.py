"""What a run says at its end."""

from pathlib import Path

from scripts import profile
from scripts.report import places_to_look
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
