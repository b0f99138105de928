"""Audience: who watched, when, and how many at the same time?"""

from __future__ import annotations

import plotly.express as px
import streamlit as st

from lab_dashboard import filters, show, warehouse

WATCHED = """
FROM ANALYTICS.VIEWERSHIP_LOGS AS l
JOIN ANALYTICS.DIM_VIEWER AS v ON v.USER_ID = l.USER_ID
WHERE {where}
"""

TOTALS = """
SELECT COUNT(*) AS EVENTS, COUNT(DISTINCT l.USER_ID) AS VIEWERS, COUNT(DISTINCT l.SESSION_ID) AS SESSIONS,
    COALESCE(SUM(l.DURATION_MINUTES), 0) AS MINUTES, AVG(l.COMPLETION_PERCENTAGE) / 100 AS COMPLETION
{watched}
"""

BY_AGE = """
SELECT v.AGE_GROUP, l.SUBSCRIPTION_TYPE, COUNT(DISTINCT l.USER_ID) AS VIEWERS, SUM(l.DURATION_MINUTES) AS MINUTES
{watched}
GROUP BY v.AGE_GROUP, l.SUBSCRIPTION_TYPE
ORDER BY v.AGE_GROUP, l.SUBSCRIPTION_TYPE
"""

BY_REGION = """
SELECT l.REGION, COUNT(DISTINCT l.USER_ID) AS VIEWERS, SUM(l.DURATION_MINUTES) AS MINUTES
{watched}
GROUP BY l.REGION
ORDER BY MINUTES DESC, l.REGION
"""

BY_HOUR = """
SELECT EXTRACT(HOUR FROM l.TIMESTAMP) AS HOUR, l.REGION, SUM(l.DURATION_MINUTES) AS MINUTES
{watched}
GROUP BY EXTRACT(HOUR FROM l.TIMESTAMP), l.REGION
ORDER BY HOUR, l.REGION
"""

LINES = 6

CONCURRENCY = """
SELECT HOUR, CHANNEL_NAME, PEAK_CONCURRENCY
FROM ANALYTICS.HOURLY_CHANNEL_KPIS
WHERE {where} AND CHANNEL_ID IN (
    SELECT CHANNEL_ID FROM ANALYTICS.HOURLY_CHANNEL_KPIS WHERE {where}
    GROUP BY CHANNEL_ID ORDER BY MAX(PEAK_CONCURRENCY) DESC, CHANNEL_ID LIMIT %(lines)s
)
ORDER BY HOUR, CHANNEL_NAME
"""

LABELS = {
    "age_group": "Age group",
    "subscription_type": "Plan",
    "minutes": "Minutes watched",
    "region": "Region",
    "hour": "Hour in which the viewing began (UTC)",
}


def page() -> None:
    """The page."""
    chosen = filters.chosen()
    if chosen is None:
        return
    where, values = chosen.where("l.TIMESTAMP", region="l.REGION", channel="l.CHANNEL_ID", genre="l.GENRE")
    watched = WATCHED.format(where=where)
    totals = warehouse.one(TOTALS.format(watched=watched), values)
    show.figures(
        {
            "Viewers": show.whole(totals.viewers),
            "Sessions": show.whole(totals.sessions),
            "Viewing events": show.whole(totals.events),
            "Minutes watched": show.whole(totals.minutes),
            "Mean completion": show.share(totals.completion),
        }
    )
    left, right = st.columns(2)
    with left:
        ages = warehouse.rows(BY_AGE.format(watched=watched), values)
        figure = px.bar(ages, x="age_group", y="minutes", color="subscription_type", **_style())
        show.chart("Minutes by age and plan", "The plan as in the event; ages from the demographics.", figure, ages)
    with right:
        regions = warehouse.rows(BY_REGION.format(watched=watched), values)
        figure = px.bar(regions, x="minutes", y="region", orientation="h", **_style())
        figure.update_yaxes(autorange="reversed")
        show.chart("Minutes by region", "The viewer's region in the event.", figure, regions)
    hours = warehouse.rows(BY_HOUR.format(watched=watched), values)
    figure = px.area(hours, x="hour", y="minutes", color="region", **_style())
    show.chart(
        "Minutes by hour of the day", "All chosen days together; each region has its own evening.", figure, hours
    )
    _concurrency(chosen)


def _concurrency(chosen: filters.Filters) -> None:
    where, values = chosen.where("HOUR", channel="CHANNEL_ID")
    peaks = warehouse.rows(CONCURRENCY.format(where=where), {**values, "lines": LINES})
    figure = px.line(peaks, x="hour", y="peak_concurrency", color="channel_name", **_style())
    figure.update_layout(xaxis_title="Hour (UTC)", yaxis_title="Viewings at one moment", legend_title="Channel")
    show.chart(
        "Concurrency peak by hour",
        f"The most viewings of a channel in progress at one moment of the hour: the {LINES} highest channels. "
        "Filtered by day and channel only.",
        figure,
        peaks,
    )


def _style() -> dict[str, object]:
    return {"color_discrete_sequence": show.COLOURS, "labels": LABELS}
