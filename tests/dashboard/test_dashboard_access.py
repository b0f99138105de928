"""The dashboard for who does not see the charts, or sees them badly, or has no mouse."""

import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.conftest import Dashboard
from tests.dashboard.test_dashboard_pages import CHARTS, PAGES, visit

LEAST_CONTRAST = 4.5
"""Of words and what is behind them, as WCAG 2.1 asks for at level AA."""

FAINTEST_WORDS = """
() => {
  const channels = text => {
    const [r, g, b, a = 1] = text.match(/[\\d.]+/g).map(Number);
    return {r, g, b, a};
  };
  const over = (top, below) =>
    Object.fromEntries(['r', 'g', 'b'].map(c => [c, top[c] * top.a + below[c] * (1 - top.a)]).concat([['a', 1]]));
  const behind = element => {
    if (!element) return {r: 255, g: 255, b: 255, a: 1};
    const own = channels(getComputedStyle(element).backgroundColor);
    return own.a === 1 ? own : over(own, behind(element.parentElement));
  };
  const light = ({r, g, b}) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const contrast = element => {
    const style = getComputedStyle(element);
    const back = behind(element);
    const colour = channels(element instanceof SVGElement ? style.fill : style.color);
    const [a, b] = [light(over(colour, back)), light(back)].sort((x, y) => y - x);
    return [(a + 0.05) / (b + 0.05), element.textContent.trim()];
  };
  const words = '[data-testid=stMain] :is(h1, h2, p, label, summary), .js-plotly-plot text, [data-testid=stSidebar] p';
  return [...document.querySelectorAll(words)].filter(e => e.textContent.trim()).map(contrast)
    .sort((x, y) => x[0] - y[0])[0];
}
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["audience", "ledger"])
def test_words_stand_out_from_what_is_behind_them(page: Page, dashboard: Dashboard, name: str, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    visit(page, dashboard, name)
    contrast, words = page.evaluate(FAINTEST_WORDS)
    assert contrast >= LEAST_CONTRAST, f"{words!r} has a contrast of {contrast:.1f} to 1"


@pytest.mark.parametrize("name", PAGES)
def test_no_level_of_headings_is_left_out(page: Page, dashboard: Dashboard, name: str) -> None:
    visit(page, dashboard, name)
    headings = page.get_by_test_id("stMain").get_by_role("heading").all()
    levels = [int(heading.evaluate("element => element.tagName")[1]) for heading in headings]
    assert levels == [1, *[2] * (len(levels) - 1)]
    assert len(levels) > len(CHARTS[name])


def test_a_number_is_followed_to_its_rows_without_a_mouse(page: Page, dashboard: Dashboard) -> None:
    visit(page, dashboard, "ledger")
    page.get_by_role("radio", name="Loaded:").focus()
    page.keyboard.press("Enter")
    [(loaded,)] = dashboard.ask("SELECT COUNT(*) FROM ANALYTICS.VIEWERSHIP_LOGS")
    assert isinstance(loaded, int)
    expect(page.get_by_label(f"Page of Loaded, of {-(-loaded // 50)}")).to_be_visible()


def test_a_mart_is_followed_to_its_rows(page: Page, dashboard: Dashboard) -> None:
    visit(page, dashboard, "ledger")
    [(rows,)] = dashboard.ask("SELECT COUNT(*) FROM ANALYTICS.HOURLY_CHANNEL_KPIS")
    assert isinstance(rows, int)
    expect(page.get_by_label(f"Page of HOURLY_CHANNEL_KPIS, of {-(-rows // 50)}")).to_be_visible()
    [(channel,)] = dashboard.ask(
        "SELECT CHANNEL_NAME FROM ANALYTICS.HOURLY_CHANNEL_KPIS ORDER BY HOUR DESC, CHANNEL_ID LIMIT 1"
    )
    page.locator(".st-key-mart").scroll_into_view_if_needed()
    expect(page.locator(".st-key-mart td", has_text=str(channel)).first).to_be_attached()
