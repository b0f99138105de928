"""Shows: what is watched most, and what climbs?"""

from __future__ import annotations

import pandas as pd
import plotly.express as px
import plotly.graph_objects as go

from lab_dashboard import filters, show, warehouse

TOP = 15

TOTALS = """
SELECT COUNT(DISTINCT t.SHOW_NAME || ' ' || t.GENRE) AS TITLES, COALESCE(SUM(t.MINUTES), 0) AS MINUTES,
    COALESCE(SUM(t.EVENTS), 0) AS EVENTS
FROM ANALYTICS.SHOWS AS t
WHERE {where}
"""

RANKING = """
SELECT
    ROW_NUMBER() OVER (ORDER BY SUM(t.MINUTES) DESC, t.SHOW_NAME, t.GENRE, c.CHANNEL_NAME) AS PLACE,
    t.SHOW_NAME, t.GENRE, c.CHANNEL_NAME, SUM(t.MINUTES) AS MINUTES, SUM(t.EVENTS) AS EVENTS,
    SUM(t.AD_REVENUE) AS AD_REVENUE, SUM(t.AVERAGE_COMPLETION * t.EVENTS) / SUM(t.EVENTS) AS AVERAGE_COMPLETION
FROM ANALYTICS.SHOWS AS t
LEFT JOIN ANALYTICS.DIM_CHANNEL AS c ON c.CHANNEL_ID = t.CHANNEL_ID
WHERE {where}
GROUP BY t.SHOW_NAME, t.GENRE, c.CHANNEL_NAME
ORDER BY PLACE
LIMIT %(top)s
"""

GENRES = """
SELECT t.DAY, t.GENRE, SUM(t.MINUTES) AS MINUTES
FROM ANALYTICS.SHOWS AS t
WHERE {where}
GROUP BY t.DAY, t.GENRE
ORDER BY t.DAY, t.GENRE
"""

TREND = """
SELECT t.DAY_RANK, t.SHOW_NAME, t.GENRE, c.CHANNEL_NAME, t.MINUTES, t.PREVIOUS_RANK, t.RANK_CHANGE, t.MINUTES_CHANGE
FROM ANALYTICS.SHOW_TRENDS AS t
LEFT JOIN ANALYTICS.DIM_CHANNEL AS c ON c.CHANNEL_ID = t.CHANNEL_ID
WHERE t.DAY = %(last_day)s AND {where}
ORDER BY t.DAY_RANK, t.SHOW_NAME
LIMIT %(top)s
"""


def page() -> None:
    """The page."""
    chosen = filters.chosen()
    if chosen is None:
        return
    filters.not_used("region")
    where, values = chosen.where("t.DAY", channel="t.CHANNEL_ID", genre="t.GENRE")
    totals = warehouse.one(TOTALS.format(where=where), values)
    show.figures(
        {
            "Titles": show.whole(totals.titles),
            "Viewing events": show.whole(totals.events),
            "Minutes watched": show.whole(totals.minutes),
        }
    )
    top = warehouse.rows(RANKING.format(where=where), {**values, "top": TOP})
    colours = show.palette(chosen.names["genre"])
    figure = _bars(top, "place", "minutes", colours)
    figure.update_xaxes(title="Minutes watched")
    show.chart(f"The {TOP} most watched titles", "By minutes watched on the chosen days.", figure, top, height=460)
    genres = warehouse.rows(GENRES.format(where=where), values)
    figure = px.bar(
        genres.assign(day=genres.day.astype(str)),
        x="day",
        y="minutes",
        color="genre",
        color_discrete_map=colours,
    )
    figure.update_layout(
        xaxis_title="Day (UTC)", yaxis_title="Minutes watched", xaxis_type="category", legend_title="Genre"
    )
    show.chart("Minutes by genre and day", "What each day was watched for.", figure, genres)
    trend = warehouse.rows(TREND.format(where=where), {**values, "last_day": chosen.last_day, "top": TOP})
    figure = _bars(trend, "day_rank", "rank_change", colours)
    figure.update_xaxes(title="Places climbed since the day before")
    show.chart(
        "Who climbs",
        f"The first {TOP} of {chosen.last_day.isoformat()} against the day before. "
        "A title that is new, or holds its rank, has no bar.",
        figure,
        trend,
        height=460,
    )


def _bars(titles: pd.DataFrame, rank: str, length: str, colours: dict[str, str]) -> go.Figure:
    """A bar a title, in the order of its rank, with the title beside it."""
    numbered = [f"{place}. {_on_a_chart(name)}" for place, name in zip(titles[rank], titles.show_name, strict=True)]
    figure = px.bar(
        titles.assign(title=numbered, length=titles[length].astype(float)),
        x="length",
        y="title",
        color="genre",
        orientation="h",
        hover_data={"channel_name": True},
        color_discrete_map=colours,
    )
    return figure.update_layout(legend_title="Genre").update_yaxes(
        title=None, categoryorder="array", categoryarray=numbered[::-1]
    )


def _on_a_chart(title: str, length: int = 40) -> str:
    """A title on one line, of which a chart takes nothing for markup."""
    line = " ".join(title.split())
    cut = line if len(line) <= length else f"{line[: length - 1]}…"
    return cut.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
