"""Quality: what was refused, and why; and how well did the players work?"""

from __future__ import annotations

import plotly.express as px
import streamlit as st

from lab_dashboard import filters, show, warehouse

EXAMPLES = 50

REASONS = "SELECT DAY, REASON, RECORDS FROM ANALYTICS.QUARANTINE_DAILY ORDER BY DAY, REASON"

EXAMPLE_ROWS = """
SELECT ARRIVED_AT, REASON, DATA, SENTENCE, FIELD, VALUE, PARTITION_KEY, SEQUENCE_NUMBER
FROM OPS.QUARANTINE
WHERE REASON = %(reason)s
ORDER BY ARRIVED_AT DESC, SEQUENCE_NUMBER
LIMIT %(examples)s
"""

PLAYERS = """
SELECT DEVICE, PLATFORM, SUM(BUFFERINGS) * 60 / NULLIF(SUM(MINUTES), 0) AS BUFFERINGS_PER_HOUR,
    SUM(BUFFERED_EVENTS) / SUM(EVENTS) AS BUFFERED_SHARE, SUM(EVENTS) AS EVENTS,
    SUM(AVERAGE_COMPLETION * EVENTS) / SUM(EVENTS) AS AVERAGE_COMPLETION
FROM ANALYTICS.QUALITY_OF_EXPERIENCE
WHERE {where}
GROUP BY DEVICE, PLATFORM
ORDER BY DEVICE, PLATFORM
"""


def page() -> None:
    """The page."""
    _refused()
    chosen = filters.chosen()
    if chosen is None:
        return
    filters.not_used("region", "channel", "genre")
    where, values = chosen.where("DAY")
    players = warehouse.rows(PLAYERS.format(where=where), values)
    figure = px.bar(
        players.assign(rate=players.bufferings_per_hour.astype(float)),
        x="device",
        y="rate",
        color="platform",
        barmode="group",
        color_discrete_sequence=show.COLOURS,
    )
    figure.update_layout(xaxis_title="Device", yaxis_title="Bufferings an hour watched", legend_title="Platform")
    show.chart("Buffering by device and platform", "On the chosen days; lower is better.", figure, players)


def _refused() -> None:
    reasons = warehouse.rows(REASONS)
    figure = px.bar(
        reasons.assign(day=reasons.day.astype(str)),
        x="day",
        y="records",
        color="reason",
        color_discrete_sequence=show.COLOURS,
    )
    figure.update_layout(
        xaxis_title="Day of arrival (UTC)", yaxis_title="Records", xaxis_type="category", legend_title="Reason"
    )
    show.chart("Quarantine by reason", "Records that were refused, of all days; none is lost.", figure, reasons)
    if reasons.empty:
        return
    counts = reasons.groupby("reason").records.sum().to_dict()
    reason = st.selectbox("Examples of", list(counts), format_func=lambda name: f"{name} ({counts[name]:,})")
    examples = warehouse.rows(EXAMPLE_ROWS, {"reason": reason, "examples": EXAMPLES})
    st.caption(
        f"The newest {len(examples)}, with their raw bytes: as text where they are text, else in hexadecimal digits."
    )
    show.table(examples.assign(data=[_readable(data) for data in examples.data]), key="examples")


def _readable(data: bytes | None) -> str:
    if data is None:
        return ""
    try:
        return bytes(data).decode()
    except UnicodeDecodeError:
        return f"0x{bytes(data).hex()}"
