"""An empty warehouse, one without tables and one that is down are told in words that say what to do."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.conftest import Dashboard, Warehouse, dashboard_over
from tests.dashboard.test_dashboard_pages import figure, visit
from tests.seeded_warehouse import fill

PAGES = ("", "audience", "shows", "ads", "quality", "ledger")


@pytest.mark.parametrize("name", PAGES)
def test_an_empty_warehouse_says_how_to_fill_it(page: Page, empty_dashboard: Dashboard, name: str) -> None:
    page.goto(f"{empty_dashboard.url}/{name}")
    expect(page.get_by_test_id("stAlert").last).to_contain_text("make e2e")
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_a_warehouse_that_goes_and_comes_is_told_and_found_again(
    page: Page, own_warehouse: Callable[[], Warehouse]
) -> None:
    warehouse = own_warehouse()
    with dashboard_over(warehouse) as dashboard:
        page.goto(dashboard.url)
        expect(page.get_by_text("does not answer")).to_be_visible()
        expect(page.get_by_text("make status")).to_be_visible()
        with warehouse.running():
            page.get_by_role("button", name="Try again").click()
            expect(page.get_by_text("The warehouse has no tables yet")).to_be_visible()
            expect(page.get_by_text("make deploy")).to_be_visible()
        page.get_by_role("link", name="Ledger").click()
        expect(page.get_by_text("does not answer")).to_be_visible()
        with warehouse.running():
            page.get_by_role("button", name="Try again").click()
            expect(page.get_by_text("The warehouse has no tables yet")).to_be_visible()


def test_a_warehouse_that_is_killed_in_mid_view_shows_the_same_numbers_when_it_is_back(
    page: Page, own_warehouse: Callable[[], Warehouse]
) -> None:
    warehouse = own_warehouse()
    with dashboard_over(warehouse) as dashboard:
        with warehouse.running() as service:
            with warehouse.connect() as connection:
                fill(connection)
            visit(page, dashboard, "audience")
            viewers = figure(page, "Viewers")
            service.kill()
            page.get_by_role("link", name="Ledger").click()
            expect(page.get_by_text("does not answer")).to_be_visible()
        with warehouse.running():
            page.get_by_role("button", name="Try again").click()
            expect(page.get_by_test_id("stPlotlyChart")).to_have_count(1)
            visit(page, dashboard, "audience")
            assert figure(page, "Viewers") == viewers
