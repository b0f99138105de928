"""Ads: what did advertising bring, and do the reports agree?"""

from __future__ import annotations

import plotly.express as px
import plotly.graph_objects as go

from lab_dashboard import filters, show, warehouse

TOTALS = """
SELECT SUM(OBSERVED) AS OBSERVED, SUM(REPORTED) AS REPORTED, SUM(DIFFERENCE) AS DIFFERENCE,
    SUM(AD_EVENTS) / NULLIF(SUM(EVENTS), 0) AS FILL_RATE,
    SUM(OBSERVED) * 1000 / NULLIF(SUM(ADS_WATCHED), 0) AS PER_THOUSAND
FROM ANALYTICS.AD_REVENUE
WHERE {where}
"""

BY_DAY = """
SELECT DAY, SUM(OBSERVED) AS OBSERVED, SUM(REPORTED) AS REPORTED, SUM(DIFFERENCE) AS DIFFERENCE
FROM ANALYTICS.AD_REVENUE
WHERE {where}
GROUP BY DAY
ORDER BY DAY
"""

BY_CHANNEL = """
SELECT CHANNEL_NAME, SUM(EVENTS) AS EVENTS, SUM(OBSERVED) AS OBSERVED, SUM(REPORTED) AS REPORTED,
    SUM(DIFFERENCE) AS DIFFERENCE,
    SUM(AD_EVENTS) / NULLIF(SUM(EVENTS), 0) AS FILL_RATE,
    SUM(OBSERVED) * 1000 / NULLIF(SUM(ADS_WATCHED), 0) AS PER_THOUSAND
FROM ANALYTICS.AD_REVENUE
WHERE {where}
GROUP BY CHANNEL_NAME
ORDER BY OBSERVED DESC, CHANNEL_NAME
"""


def page() -> None:
    """The page."""
    chosen = filters.chosen()
    if chosen is None:
        return
    filters.not_used("region", "genre")
    where, values = chosen.where("DAY", channel="CHANNEL_ID")
    totals = warehouse.one(TOTALS.format(where=where), values)
    show.figures(
        {
            "Observed": show.money(totals.observed),
            "Reported": show.money(totals.reported),
            "Difference": show.money(totals.difference),
            "Fill rate": show.share(totals.fill_rate),
            "Per thousand ads": show.money(totals.per_thousand),
        },
        {
            "Observed": "Revenue in the viewing events.",
            "Reported": "Revenue as the ad server reported it.",
            "Difference": "Observed less reported, where there is a report.",
            "Fill rate": "Viewing events with at least one advertisement watched to the end.",
        },
    )
    days = warehouse.rows(BY_DAY.format(where=where), values)
    figure = go.Figure()
    for name, colour in (("observed", show.COLOURS[0]), ("reported", show.COLOURS[1])):
        figure.add_bar(x=days["day"].astype(str), y=days[name].astype(float), name=name.title(), marker_color=colour)
    figure.update_layout(xaxis_title="Day (UTC)", yaxis_title="US dollars", xaxis_type="category")
    show.chart("Observed against reported", "A day without a second bar has no report.", figure, days)
    channels = warehouse.rows(BY_CHANNEL.format(where=where), values)
    figure = px.scatter(
        channels.assign(
            fill=channels.fill_rate.astype(float),
            dollars=channels.per_thousand.astype(float),
            size=channels.events.astype(float),
        ).dropna(subset=["fill", "dollars"]),
        x="fill",
        y="dollars",
        size="size",
        hover_name="channel_name",
        color_discrete_sequence=show.COLOURS,
    )
    figure.update_xaxes(title="Fill rate", tickformat=".0%")
    figure.update_yaxes(title="US dollars per thousand ads")
    show.chart(
        "Channels", "How often a viewing has ads, and what a thousand of them bring. Size: events.", figure, channels
    )
