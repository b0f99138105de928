"""Ledger: what became of every record, from the stream to the marts; each number can be followed to its rows."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from lab_dashboard import books, show, warehouse

PAGE_ROWS = 50
GAP = 0.08
"""Between two nodes of the flow, as a share of its height."""

LOADED = """
SELECT COUNT(*) AS EVENTS, COALESCE(SUM(DURATION_MINUTES), 0) AS MINUTES, COALESCE(SUM(AD_REVENUE), 0) AS AD_REVENUE
FROM ANALYTICS.VIEWERSHIP_LOGS
"""

MARTS = """
SELECT 'HOURLY_CHANNEL_KPIS' AS MART, COUNT(*) AS MART_ROWS, SUM(EVENTS) AS EVENTS, SUM(MINUTES) AS MINUTES,
    SUM(AD_REVENUE) AS AD_REVENUE
FROM ANALYTICS.HOURLY_CHANNEL_KPIS
UNION ALL SELECT 'SHOWS', COUNT(*), SUM(EVENTS), SUM(MINUTES), SUM(AD_REVENUE) FROM ANALYTICS.SHOWS
UNION ALL SELECT 'AUDIENCE', COUNT(*), SUM(EVENTS), SUM(MINUTES), SUM(AD_REVENUE) FROM ANALYTICS.AUDIENCE
UNION ALL SELECT 'VIEWER_SESSIONS', COUNT(*), SUM(EVENTS), SUM(MINUTES), SUM(AD_REVENUE) FROM ANALYTICS.VIEWER_SESSIONS
UNION ALL SELECT 'AD_REVENUE', COUNT(*), SUM(EVENTS), NULL, SUM(OBSERVED) FROM ANALYTICS.AD_REVENUE
UNION ALL SELECT 'QUALITY_OF_EXPERIENCE', COUNT(*), SUM(EVENTS), SUM(MINUTES), NULL FROM ANALYTICS.QUALITY_OF_EXPERIENCE
"""

NAMES = {"loaded": "Loaded", "quarantined": "Quarantined", "duplicates": "Duplicates", "unaccounted": "In flight"}
"""Where a record may be, by the ledger's columns."""

COLOURS = dict(zip(("Records", *NAMES.values(), "Every mart"), show.COLOURS, strict=False))

FOLLOWED = {"records": "Records", **NAMES, "contested": "Contested"}
"""The numbers that are followed to their rows; a contested record is in more than one place, or more than once."""

ROWS = {
    "records": """
        SELECT ARRIVED_AT, PARTITION_KEY, SEQUENCE_NUMBER, LOADED, QUARANTINED, DUPLICATES, EXPORT_ID
        FROM OPS.RECORD_FATES""",
    "loaded": """
        SELECT ARRIVED_AT, PARTITION_KEY, SEQUENCE_NUMBER, EVENT_ID, SHOW_NAME, TIMESTAMP, EXPORT_ID, LOADED_AT
        FROM ANALYTICS.VIEWERSHIP_LOGS""",
    "quarantined": """
        SELECT ARRIVED_AT, PARTITION_KEY, SEQUENCE_NUMBER, REASON, SENTENCE, FIELD, VALUE, EXPORT_ID, LOADED_AT
        FROM OPS.QUARANTINE""",
    "duplicates": """
        SELECT ARRIVED_AT, PARTITION_KEY, SEQUENCE_NUMBER, EVENT_ID, EXPORT_ID, LOADED_AT
        FROM OPS.DUPLICATES""",
    "unaccounted": """
        SELECT ARRIVED_AT, PARTITION_KEY, SEQUENCE_NUMBER, EXPORT_ID
        FROM OPS.RECORD_FATES WHERE LOADED + QUARANTINED + DUPLICATES = 0""",
    "contested": """
        SELECT ARRIVED_AT, PARTITION_KEY, SEQUENCE_NUMBER, LOADED, QUARANTINED, DUPLICATES, EXPORT_ID
        FROM OPS.RECORD_FATES WHERE LOADED + QUARANTINED + DUPLICATES > 1""",
}
"""The rows behind each number of the flow."""

MART_ROWS = {
    "HOURLY_CHANNEL_KPIS": "SELECT * FROM ANALYTICS.HOURLY_CHANNEL_KPIS ORDER BY HOUR DESC, CHANNEL_ID",
    "SHOWS": "SELECT * FROM ANALYTICS.SHOWS ORDER BY DAY DESC, DAY_RANK, SHOW_NAME, GENRE, CHANNEL_ID",
    "AUDIENCE": "SELECT * FROM ANALYTICS.AUDIENCE ORDER BY DAY DESC, AGE_GROUP, GENDER, REGION, SUBSCRIPTION_TYPE",
    "VIEWER_SESSIONS": "SELECT * FROM ANALYTICS.VIEWER_SESSIONS ORDER BY DAY DESC, USER_ID, SESSION_NUMBER",
    "AD_REVENUE": "SELECT * FROM ANALYTICS.AD_REVENUE ORDER BY DAY DESC, CHANNEL_ID",
    "QUALITY_OF_EXPERIENCE": "SELECT * FROM ANALYTICS.QUALITY_OF_EXPERIENCE ORDER BY DAY DESC, DEVICE, PLATFORM",
}
"""The rows of each mart, the newest first."""


def page() -> None:
    """The page."""
    fates = books.totals()
    if not fates.records:
        st.info("The books are empty. Send events through the chain with `make e2e`.", icon="📭")
        return
    balanced = fates.contested == 0 and fates.unaccounted == 0
    show.figures(
        {
            "Records": show.whole(fates.records),
            **{name: show.whole(fates[fate]) for fate, name in NAMES.items()},
            "Books": "Balanced" if balanced else "Not balanced",
        },
        {"Books": "Balanced when each record is in exactly one place."},
    )
    numbers = pd.DataFrame(
        [*(("Records", name, fates[fate]) for fate, name in NAMES.items()), ("Loaded", "Every mart", fates.loaded)],
        columns=["from", "to", "records"],
    )
    show.chart(
        "From the stream to the marts",
        "Each record that the lake took in goes one way; what is loaded is in every mart. "
        "`make ledger` also counts what producers claim and what the archive received.",
        _flow(numbers, int(fates.records)),
        numbers,
    )
    _follow(fates)
    _marts()
    st.header("Books by day of arrival")
    show.table(books.days())


def _flow(numbers: pd.DataFrame, records: int) -> go.Figure:
    """Records on the left, what became of them in the middle, the marts on the right; what holds none is left out."""
    flows = numbers[numbers.records > 0]
    counts = {"Records": records, **dict(zip(flows["to"], flows.records, strict=True))}
    places = {name: number for number, name in enumerate(counts)}
    middle = [name for name in counts if name in NAMES.values()]
    heights = _heights([counts[name] / records for name in middle])
    x = {"Records": 0.001, "Every mart": 0.999, **dict.fromkeys(middle, 0.5)}
    y = {"Records": 0.5, "Every mart": heights[0], **dict(zip(middle, heights, strict=True))}
    return go.Figure(
        go.Sankey(
            arrangement="snap",
            node={
                "label": [f"{name}: {int(count):,}" for name, count in counts.items()],
                "color": [COLOURS[name] for name in counts],
                "x": [x[name] for name in counts],
                "y": [y[name] for name in counts],
                "pad": GAP * show.CHART_HEIGHT,
                "thickness": 18,
            },
            link={
                "source": [places[name] for name in flows["from"]],
                "target": [places[name] for name in flows["to"]],
                "value": [float(count) for count in flows.records],
                "color": "rgba(128, 140, 155, 0.3)",
            },
            textfont={"size": 14, "color": show.ink()},
        )
    )


def _heights(shares: list[float]) -> list[float]:
    """Where the middles of nodes lie that stand in one column, from 0 (top) to 1, with a gap between them."""
    room = 1 - GAP * (len(shares) - 1)
    tops = [sum(shares[:place]) * room + GAP * place for place in range(len(shares))]
    return [min(top + share * room / 2, 0.999) for top, share in zip(tops, shares, strict=True)]


def _follow(fates: pd.Series[int]) -> None:
    st.header("Follow a number to its rows")
    fate = st.segmented_control(
        "The rows of",
        list(FOLLOWED),
        format_func=lambda key: f"{FOLLOWED[key]}: {int(fates[key]):,}",
        default="quarantined",
    )
    if fate is None:
        st.info("Choose a number to see its rows.", icon="🔎")
        return
    _pages(f"{ROWS[fate]} ORDER BY ARRIVED_AT DESC, SEQUENCE_NUMBER", int(fates[fate]), FOLLOWED[fate], key="followed")


def _pages(sql: str, count: int, of: str, key: str) -> None:
    """The rows of a query that has ``count``, a page at a time."""
    if not count:
        st.info("No row is there.", icon="🔎")
        return
    pages = -(-count // PAGE_ROWS)
    number = st.number_input(f"Page of {of}, of {pages:,}", min_value=1, max_value=pages, step=1, key=f"page of {of}")
    page_of_it = {"rows": PAGE_ROWS, "start": (int(number) - 1) * PAGE_ROWS}
    show.table(warehouse.rows(f"{sql} LIMIT %(rows)s OFFSET %(start)s", page_of_it), key=key)


def _marts() -> None:
    st.header("Every mart holds what is loaded")
    loaded, marts = warehouse.one(LOADED), warehouse.rows(MARTS)
    st.caption(
        f"Loaded are {show.whole(loaded.events)} events, {show.whole(loaded.minutes)} minutes and "
        f"{show.money(loaded.ad_revenue)}. A mart without minutes or revenue has no such column."
    )
    agree = [
        all(pd.isna(row[name]) or row[name] == loaded[name] for name in ("events", "minutes", "ad_revenue"))
        for _, row in marts.iterrows()
    ]
    show.table(marts.assign(agrees=agree))
    counts = dict(zip(marts.mart, marts.mart_rows, strict=True))
    mart = st.selectbox("The rows of the mart", list(counts), format_func=lambda name: f"{name}: {counts[name]:,}")
    _pages(MART_ROWS[mart], int(counts[mart]), mart, key="mart")
