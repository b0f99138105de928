"""Every page shows the warehouse's own numbers, whatever the titles, the filters and the address are."""

import re
from decimal import Decimal
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.conftest import Dashboard

PAGES = ("now", "audience", "shows", "ads", "quality", "ledger")
CHARTS = {
    "now": ["Records a minute"],
    "audience": [
        "Minutes by age and plan",
        "Minutes by region",
        "Minutes by hour of the day",
        "Concurrency peak by hour",
    ],
    "shows": ["The 15 most watched titles", "Minutes by genre and day", "Who climbs"],
    "ads": ["Observed against reported", "Channels"],
    "quality": ["Quarantine by reason", "Buffering by device and platform"],
    "ledger": ["From the stream to the marts"],
}


FIGURES = [
    ("now", "Viewing events", "SELECT COUNT(*) FROM ANALYTICS.VIEWERSHIP_LOGS"),
    ("now", "Quarantined", "SELECT COUNT(*) FROM OPS.QUARANTINE"),
    ("audience", "Viewing events", "SELECT SUM(EVENTS) FROM ANALYTICS.AUDIENCE"),
    ("audience", "Minutes watched", "SELECT SUM(MINUTES) FROM ANALYTICS.AUDIENCE"),
    ("audience", "Viewers", "SELECT COUNT(DISTINCT USER_ID) FROM ANALYTICS.VIEWERSHIP_LOGS"),
    ("shows", "Minutes watched", "SELECT SUM(MINUTES) FROM ANALYTICS.SHOWS"),
    ("ads", "Observed", "SELECT SUM(OBSERVED) FROM ANALYTICS.AD_REVENUE"),
    ("ads", "Reported", "SELECT SUM(REPORTED) FROM ANALYTICS.AD_REVENUE"),
    ("ads", "Difference", "SELECT SUM(DIFFERENCE) FROM ANALYTICS.AD_REVENUE"),
    ("ledger", "Records", "SELECT COUNT(*) FROM OPS.RECORDS"),
    ("ledger", "Loaded", "SELECT SUM(EVENTS) FROM ANALYTICS.HOURLY_CHANNEL_KPIS"),
    ("ledger", "Duplicates", "SELECT COUNT(*) FROM OPS.DUPLICATES"),
]


def visit(page: Page, dashboard: Dashboard, name: str, query: str = "") -> None:
    """Open a page and wait until it is whole."""
    page.goto(f"{dashboard.url}/{'' if name == 'now' else name}{query}")
    expect(page.get_by_role("heading", level=1, name=name.title())).to_be_visible()
    expect(page.get_by_test_id("stPlotlyChart")).to_have_count(len(CHARTS[name]))
    whole(page)


def whole(page: Page) -> None:
    """Wait until nothing is being computed."""
    expect(page.locator("[data-test-script-state='running']")).to_have_count(0)
    expect(page.get_by_test_id("stSpinner")).to_have_count(0)


def figure(page: Page, name: str) -> str:
    """The figure of this name."""
    metric = page.get_by_test_id("stMetric").filter(has=page.get_by_text(name, exact=True))
    return metric.get_by_test_id("stMetricValue").inner_text()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_shows_the_warehouse_s_figures_and_each_chart_with_its_numbers(
    page: Page, dashboard: Dashboard, name: str, request: pytest.FixtureRequest
) -> None:
    visit(page, dashboard, name)
    for title in CHARTS[name]:
        expect(page.get_by_role("heading", level=2, name=title)).to_be_visible()
        expect(page.get_by_text(f"The numbers of “{title}”")).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect(page.get_by_test_id("stAlert")).to_have_count(0)
    for where, label, sql in FIGURES:
        if where == name:
            [(value,)] = dashboard.ask(sql)
            assert figure(page, label) == (f"${value:,.2f}" if isinstance(value, Decimal) else f"{value:,}"), label
    if folder := request.config.getoption("--screenshots"):
        page.screenshot(path=Path(folder, f"dashboard-{name}.png"))


def test_filters_narrow_the_figures_stay_over_pages_and_stand_in_the_address(page: Page, dashboard: Dashboard) -> None:
    visit(page, dashboard, "audience")
    page.get_by_role("combobox", name=re.compile("Regions")).click()
    page.get_by_role("option", name="EMEA").click()
    page.keyboard.press("Escape")
    [(minutes,)] = dashboard.ask("SELECT SUM(MINUTES) FROM ANALYTICS.AUDIENCE WHERE REGION = 'EMEA'")
    minutes_shown = page.get_by_test_id("stMetricValue").get_by_text(f"{minutes:,}", exact=True)
    expect(minutes_shown).to_be_visible()
    expect(page).to_have_url(re.compile(r"region=EMEA"))
    page.get_by_role("link", name="Shows").click()
    expect(page.get_by_text("Not filtered by regions")).to_be_visible()
    page.get_by_role("link", name="Audience").click()
    expect(minutes_shown).to_be_visible()
    page.get_by_role("button", name="Show everything").click()
    [(minutes,)] = dashboard.ask("SELECT SUM(MINUTES) FROM ANALYTICS.AUDIENCE")
    expect(page.get_by_test_id("stMetricValue").get_by_text(f"{minutes:,}", exact=True)).to_be_visible()


def test_an_address_opens_the_page_as_it_was(page: Page, dashboard: Dashboard) -> None:
    visit(page, dashboard, "shows", "?genre=news&from=2026-11-17&to=2026-11-18")
    [(minutes,)] = dashboard.ask(
        "SELECT SUM(MINUTES) FROM ANALYTICS.SHOWS WHERE GENRE = 'news' AND DAY BETWEEN '2026-11-17' AND '2026-11-18'"
    )
    assert figure(page, "Minutes watched") == f"{minutes:,}"


HOSTILE = "x') OR 1=1; DROP TABLE ANALYTICS.VIEWERSHIP_LOGS; --"


def test_what_an_address_names_besides_is_told_and_left_out(page: Page, dashboard: Dashboard) -> None:
    keys = ("region", "channel", "genre", "from", "to")
    visit(page, dashboard, "audience", "?" + "&".join(f"{key}={quote(HOSTILE)}" for key in keys))
    expect(page.get_by_test_id("stSidebar").get_by_text(HOSTILE)).to_have_count(len(keys))
    [(events,)] = dashboard.ask("SELECT COUNT(*) FROM ANALYTICS.VIEWERSHIP_LOGS")
    assert figure(page, "Viewing events") == f"{events:,}"


TITLE = "<script>alert('a')</script> <b>Ça</b>, \"va\"; 😀\nsecond line"


def test_a_title_is_text_whatever_it_holds(page: Page, dashboard: Dashboard) -> None:
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    with dashboard.warehouse.connect() as connection:
        connection.cursor().execute(
            "INSERT INTO ANALYTICS.SHOWS SELECT DAY, CHANNEL_ID, %s, GENRE, EVENTS, VIEWERS, 99999, AD_REVENUE, "
            "AVERAGE_ENGAGEMENT, AVERAGE_COMPLETION, 1 FROM ANALYTICS.SHOWS WHERE DAY = '2026-11-14' LIMIT 1",
            (TITLE,),
        )
        visit(page, dashboard, "shows", "?from=2026-11-14&to=2026-11-14")
        expect(page.get_by_test_id("stPlotlyChart").first).to_contain_text("1. <script>alert('a')</script> <b>Ça")
        connection.cursor().execute("DELETE FROM ANALYTICS.SHOWS WHERE SHOW_NAME = %s", (TITLE,))
    assert dialogs == []


def test_a_number_is_followed_to_its_rows_page_by_page(page: Page, dashboard: Dashboard) -> None:
    visit(page, dashboard, "ledger")
    page.get_by_role("radio", name=re.compile("^Duplicates:")).click()
    [(duplicates,)] = dashboard.ask("SELECT COUNT(*) FROM OPS.DUPLICATES")
    assert isinstance(duplicates, int)
    expect(page.get_by_label(f"Page of Duplicates, of {-(-duplicates // 50)}")).to_be_visible()
    [(newest,)] = dashboard.ask(
        "SELECT SEQUENCE_NUMBER FROM OPS.DUPLICATES ORDER BY ARRIVED_AT DESC, SEQUENCE_NUMBER LIMIT 1 OFFSET 50"
    )
    page.get_by_label(f"Page of Duplicates, of {-(-duplicates // 50)}").fill("2")
    page.keyboard.press("Enter")
    page.locator(".st-key-followed").scroll_into_view_if_needed()
    expect(page.locator(".st-key-followed td", has_text=str(newest))).to_be_attached()


def test_quarantined_records_are_shown_with_their_raw_bytes(page: Page, dashboard: Dashboard) -> None:
    visit(page, dashboard, "quality")
    page.get_by_role("combobox", name=re.compile("Examples of")).click()
    page.get_by_role("option", name=re.compile("not_utf8")).click()
    page.locator(".st-key-examples").scroll_into_view_if_needed()
    expect(page.locator(".st-key-examples td", has_text="not_utf8").first).to_be_attached()
    expect(page.locator(".st-key-examples td", has_text=re.compile("0x[0-9a-f]+")).first).to_be_attached()


def test_the_page_follows_the_colours_of_the_machine(page: Page, dashboard: Dashboard) -> None:
    seen = {}
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        visit(page, dashboard, "now")
        seen[scheme] = page.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor")
    assert seen == {"light": "rgb(255, 255, 255)", "dark": "rgb(17, 22, 29)"}


def test_the_pages_and_filters_are_reached_by_keyboard_and_have_names(page: Page, dashboard: Dashboard) -> None:
    visit(page, dashboard, "audience")
    reached = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.add(
            page.evaluate("(document.activeElement.getAttribute('aria-label') || document.activeElement.innerText)")
        )
    words = " ".join(name or "" for name in reached)
    for name in ("Shows", "Ledger", "Regions", "Channels", "Genres", "Show everything"):
        assert name in words
    unnamed = page.evaluate(
        "[...document.querySelectorAll('input:not([type=hidden]), select, textarea')]"
        ".filter(e => !e.closest('[aria-hidden=true]') && !e.getAttribute('aria-label'))"
        ".filter(e => !e.labels?.length && !e.getAttribute('aria-labelledby')).length"
    )
    assert unnamed == 0
