"""Now: is it running, how fresh is it, is anything on its way?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import plotly.express as px
import streamlit as st

from lab_dashboard import books, show, trouble, warehouse

REFRESH = "10s"
SHOWN = timedelta(hours=2)
MINUTE_MS = 60_000

STATE = """
SELECT
    (SELECT COUNT(*) FROM ANALYTICS.VIEWERSHIP_LOGS) AS EVENTS,
    (SELECT COUNT(*) FROM OPS.QUARANTINE) AS QUARANTINED,
    (SELECT MAX(ARRIVED_AT) FROM OPS.RECORDS) AS NEWEST_ARRIVAL,
    (SELECT MAX(LOADED_AT) FROM OPS.LOADS) AS NEWEST_LOAD
"""

PER_MINUTE = """
SELECT DATE_TRUNC('MINUTE', ARRIVED_AT) AS MINUTE, COUNT(*) AS RECORDS
FROM OPS.RECORDS
WHERE ARRIVED_AT >= (SELECT DATEADD('HOUR', -2, MAX(ARRIVED_AT)) FROM OPS.RECORDS)
GROUP BY DATE_TRUNC('MINUTE', ARRIVED_AT)
ORDER BY MINUTE
"""

RUNS = """
SELECT RUN_ID, CHECKED_AT, RECORDS, LOADED, QUARANTINED, DUPLICATES, UNACCOUNTED, CONTESTED, BALANCED
FROM OPS.LEDGER
ORDER BY CHECKED_AT DESC
LIMIT 10
"""


@st.fragment(run_every=REFRESH)
def page() -> None:
    """The page; it renews itself."""
    with trouble.told():
        _page()


def _page() -> None:
    state = warehouse.one(STATE)
    if state.newest_arrival is None:
        st.info("No record has come through yet. Send some with `make e2e`.", icon="📭")
        return
    now = datetime.now(UTC).replace(tzinfo=None)
    show.figures(
        {
            "Viewing events": show.whole(state.events),
            "Newest record arrived": show.ago(state.newest_arrival, now),
            "Last load": show.ago(state.newest_load, now),
            "In flight": show.whole(books.totals().unaccounted),
            "Quarantined": show.whole(state.quarantined),
        },
        {"In flight": "Records the warehouse knows of that are neither loaded, nor quarantined, nor duplicates."},
    )
    per_minute = warehouse.rows(PER_MINUTE)
    figure = px.bar(per_minute, x="minute", y="records", color_discrete_sequence=show.COLOURS)
    figure.update_traces(width=MINUTE_MS)
    figure.update_xaxes(title="Minute of arrival (UTC)", range=[state.newest_arrival - SHOWN, state.newest_arrival])
    figure.update_yaxes(title="Records")
    show.chart(
        "Records a minute", "By their arrival in the stream: the two hours up to the newest record.", figure, per_minute
    )
    st.header("Last pipeline runs")
    st.caption("The books each run has closed. A run that does not balance has failed and names its records.")
    runs = warehouse.rows(RUNS)
    if runs.empty:
        st.info("No run has closed its books yet.", icon="📭")
        return
    show.table(runs)
