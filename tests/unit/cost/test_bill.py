"""The bill: sums done by hand, and what must hold for every workload."""

import re
from typing import Any

import pytest
from cfnlint.decode import cfn_yaml  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from scripts import paths, stack
from scripts.cost import Line, Prices, Workload, bill, monthly
from scripts.cost import workload as assumed

PRICES = Prices.load()
TEMPLATE: dict[str, Any] = cfn_yaml.load(str(stack.TEMPLATE))

WORKLOADS = st.builds(
    Workload,
    events_per_second=st.floats(0, 20_000_000),
    airflow=st.sampled_from(["mwaa", "local"]),
    run_interval_minutes=st.integers(0, 120),
    stream_trigger_seconds=st.integers(1, 900),
    stream_idle_minutes=st.sampled_from([0, 30, 1440]),
    batch_window_seconds=st.integers(1, 300),
    on_demand=st.booleans(),
)


def line(service: str, work: Workload) -> Line:
    return next(each for each in bill(work, PRICES) if each.service == service)


@pytest.mark.parametrize(
    ("service", "work", "dollars"),
    [
        pytest.param("Kinesis", Workload(0), 4 * 0.015, id="four idle shards"),
        pytest.param("Kinesis", Workload(1000), 4 * 0.015 + 3.6 * 0.014, id="shards and 3.6 M records"),
        pytest.param("Kinesis", Workload(100_000), 125 * 0.015 + 360 * 0.014, id="as many shards as it takes"),
        pytest.param(
            "Kinesis",
            Workload(1000, on_demand=True),
            0.04 + 3.6864 * 0.08 + 3.672 * 0.04,
            id="on demand: whole KB in, twice 510 bytes out",
        ),
        pytest.param("Glue", Workload(0), 4 * 150 / 3600 * 0.44, id="four runs an hour of 75 s on two DPU"),
        pytest.param(
            "EMR Serverless",
            Workload(0, stream_idle_minutes=0),
            (8 + 4 * 90 * 8 / 3600) * (0.052624 + 4 * 0.0057785),
            id="driver and executor stream, four aggregations",
        ),
        pytest.param(
            "EMR Serverless",
            Workload(0),
            4 * 90 * 8 / 3600 * (0.052624 + 4 * 0.0057785),
            id="the streaming job has left, four aggregations",
        ),
        pytest.param("MWAA", Workload(0), 0.49 + 1 / 730, id="an environment and ten GB of its database"),
        pytest.param(
            "Snowflake", Workload(0), 4 * 75 / 3600 * 2, id="four loads, each followed by a minute of waiting"
        ),
        pytest.param(
            "Snowflake", Workload(0, run_interval_minutes=0), 15 * 75 / 3600 * 2, id="a run every four minutes"
        ),
    ],
)
def test_a_line_is_what_the_price_list_says(service: str, work: Workload, dollars: float) -> None:
    assert line(service, work).dollars_an_hour == pytest.approx(dollars)


def test_a_month_is_730_hours_of_every_line() -> None:
    lines = bill(Workload(1000), PRICES)
    assert monthly(lines) == pytest.approx(730 * sum(each.dollars_an_hour for each in lines))


def test_a_local_airflow_saves_the_environment_and_its_network_and_nothing_else() -> None:
    managed, local = bill(Workload(1000), PRICES), bill(Workload(1000, airflow="local"), PRICES)
    assert {each.service for each in managed} - {each.service for each in local} == {"MWAA", "NAT gateway"}
    assert monthly(local) < monthly(managed) - 390


@given(work=WORKLOADS, more=st.floats(0, 1_000_000))
def test_more_events_never_cost_less(work: Workload, more: float) -> None:
    fewer, many = bill(work, PRICES), bill(work.but(events_per_second=work.events_per_second + more), PRICES)
    for before, after in zip(fewer, many, strict=True):
        assert after.dollars_an_hour >= before.dollars_an_hour * (1 - 1e-12), before.service


@given(work=WORKLOADS)
def test_nothing_is_earned(work: Workload) -> None:
    assert all(each.dollars_an_hour >= 0 for each in bill(work, PRICES))


@given(work=WORKLOADS, minutes=st.integers(0, 60))
def test_runs_further_apart_never_cost_more(work: Workload, minutes: int) -> None:
    wider = work.but(run_interval_minutes=work.run_interval_minutes + minutes)
    assert monthly(bill(wider, PRICES)) <= monthly(bill(work, PRICES)) * (1 + 1e-12)


@given(work=WORKLOADS, seconds=st.integers(0, 300))
def test_commits_and_batches_further_apart_never_cost_more(work: Workload, seconds: int) -> None:
    for setting in ("stream_trigger_seconds", "batch_window_seconds"):
        wider = work.but(**{setting: getattr(work, setting) + seconds})
        assert monthly(bill(wider, PRICES)) <= monthly(bill(work, PRICES)) * (1 + 1e-12)


def test_every_price_has_a_source_and_a_date() -> None:
    for name, service in PRICES.services.items():
        assert service["source"].startswith("https://"), name
        assert service["as_of"] >= PRICES.oldest, name


def test_what_is_reckoned_with_is_what_the_template_makes() -> None:
    resources = TEMPLATE["Resources"]
    kinds = [resource["Type"] for resource in resources.values()]
    assert resources["ViewershipStream"]["Properties"]["ShardCount"] == assumed.LEAST_SHARDS
    assert resources["ArchiveMapping"]["Properties"]["BatchSize"] == assumed.ARCHIVE_BATCH
    assert resources["ArchiveFunction"]["Properties"]["MemorySize"] == assumed.ARCHIVE_GB * 1024
    assert resources["TriggerFunction"]["Properties"]["MemorySize"] == assumed.TRIGGER_GB * 1024
    assert kinds.count("AWS::SecretsManager::Secret") == assumed.SECRETS
    assert kinds.count("AWS::CloudWatch::Alarm") == assumed.ALARMS
    assert kinds.count("AWS::EC2::NatGateway") == 1
    assert resources["MwaaEnvironment"]["Properties"]["EnvironmentClass"] == "mw1.small"
    assert resources["CleanJob"]["Properties"]["WorkerType"] == "G.1X"


def test_the_warehouse_waits_as_long_as_is_reckoned_with() -> None:
    text = (paths.ROOT / "snowflake" / "01_database.sql").read_text()
    assert re.findall(r"AUTO_SUSPEND = (\d+)", text) == [str(assumed.SUSPEND_SECONDS)]
    assert "WAREHOUSE_SIZE = XSMALL" in text
