"""The dashboard as a process of its own, over a warehouse with the viewing of SEED=7, in a headless Chromium."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import snowflake.connector
from playwright.sync_api import Browser, Page
from snowflake.connector import SnowflakeConnection

from scripts import profile
from tests.chromium import PATIENCE_MS, chromium
from tests.integration.conftest import Lab, free_port
from tests.integration.run_processes import Processes
from tests.integration.running import RunningService
from tests.seeded_warehouse import define, fill


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--screenshots", metavar="FOLDER", help="write a picture of each page, for the README")


@dataclass(frozen=True)
class Warehouse:
    """A local warehouse with its settings; what a test has stopped can be started again on the same state and port."""

    lab: Lab

    def connect(self) -> SnowflakeConnection:
        """As the lab's user."""
        settings = self.lab.environment
        return snowflake.connector.connect(
            account=settings["SNOWFLAKE_ACCOUNT"],
            host=settings["SNOWFLAKE_HOST"],
            port=int(settings["SNOWFLAKE_PORT"]),
            protocol=settings["SNOWFLAKE_PROTOCOL"],
            user=settings["SNOWFLAKE_USER"],
            password=settings["SNOWFLAKE_PASSWORD"],
            database=settings["SNOWFLAKE_DATABASE"],
            login_timeout=5,
            session_parameters={"CLIENT_TELEMETRY_ENABLED": False},
        )

    @contextmanager
    def running(self) -> Iterator[RunningService]:
        """While the block lasts."""
        with self.lab.running("snowflake/start", self._answers) as service:
            yield service

    def _answers(self) -> object:
        with self.connect() as connection:
            return connection.cursor().execute("SELECT 1")


@dataclass(frozen=True)
class Dashboard:
    """A dashboard that runs."""

    url: str
    warehouse: Warehouse

    def ask(self, sql: str) -> list[tuple[object, ...]]:
        """Rows of the warehouse, by the connector: what the pages must show."""
        with self.warehouse.connect() as connection:
            return connection.cursor().execute(sql).fetchall()  # type: ignore[union-attr]


def environment_of(var: Path) -> dict[str, str]:
    """The local profile with ports of its own, and a warehouse without TLS: no test here is about certificates."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAB_VAR", str(var))
        settings = profile.environment(profile.load("local"))
    ports = {"SNOWFLAKE_PORT": str(free_port()), "DASHBOARD_PORT": str(free_port())}
    return {**settings, **ports, "SNOWFLAKE_PROTOCOL": "http", "SNOWFLAKE_HOST": "127.0.0.1"}


@contextmanager
def dashboard_over(warehouse: Warehouse) -> Iterator[Dashboard]:
    """A dashboard over this warehouse, whether that runs or not."""
    url = f"http://127.0.0.1:{warehouse.lab.environment['DASHBOARD_PORT']}"

    def answers() -> bool:
        return httpx.get(f"{url}/_stcore/health", trust_env=False).raise_for_status().is_success

    with warehouse.lab.running("dashboard/start", answers):
        yield Dashboard(url, warehouse)


@pytest.fixture(scope="session")
def own_warehouse(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Warehouse]:
    """Make warehouses of the tests' own; none runs yet."""
    os.environ["SNOWFLAKE_DISABLE_PLATFORM_DETECTION"] = "true"

    def make() -> Warehouse:
        var = tmp_path_factory.mktemp("lab var")
        return Warehouse(Lab(environment_of(var), var, Processes()))

    return make


@pytest.fixture(scope="session")
def dashboard(own_warehouse: Callable[[], Warehouse]) -> Iterator[Dashboard]:
    """Over the viewing of SEED=7."""
    warehouse = own_warehouse()
    with warehouse.running(), dashboard_over(warehouse) as running:
        with warehouse.connect() as connection:
            fill(connection)
        yield running


@pytest.fixture(scope="session")
def empty_dashboard(own_warehouse: Callable[[], Warehouse]) -> Iterator[Dashboard]:
    """Over tables that hold nothing."""
    warehouse = own_warehouse()
    with warehouse.running(), dashboard_over(warehouse) as running:
        with warehouse.connect() as connection:
            define(connection, warehouse.lab.environment["SNOWFLAKE_DATABASE"])
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium of this machine."""
    with chromium() as opened:
        yield opened


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of a browser that knows nothing yet. What it asks of other hosts fails the test."""
    with browser.new_context(viewport={"width": 1360, "height": 1000}) as context:
        context.set_default_timeout(PATIENCE_MS)
        opened = context.new_page()
        foreign: list[str] = []
        opened.on("request", lambda request: foreign.append(request.url) if is_foreign(request.url) else None)
        yield opened
        assert foreign == []


def is_foreign(url: str) -> bool:
    """Whether the address is of another host."""
    return not url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:"))
