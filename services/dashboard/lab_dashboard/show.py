"""How figures, charts and tables are shown: each chart has a title, a sentence, and its numbers as a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from itertools import cycle
from numbers import Number
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

COLOURS = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#8C8CFF", "#A0A030", "#7A5195", "#8A8A8A"]
"""After Okabe and Ito: told apart by people who see no red or no green, on light and on dark."""


CHART_HEIGHT = 340

INK = {"light": "#3A434F", "dark": "#C3CBD6"}
"""Of words on charts: Streamlit's own grey is too faint for who sees badly (less than 4.5 to 1)."""

LEGEND = {"orientation": "h", "yanchor": "bottom", "y": 1.0, "xanchor": "left", "x": 0}
"""Above the chart, where no axis is."""


def palette(names: Iterable[str]) -> dict[str, str]:
    """A colour for each name, the same on every chart that is made with the same names."""
    return dict(zip(sorted(names), cycle(COLOURS)))  # the colours begin again


def ink() -> str:
    """The colour of words on a chart, by the theme the page is shown in."""
    return INK[st.context.theme.type or "light"]


def figures(values: Mapping[str, str], notes: Mapping[str, str] | None = None) -> None:
    """A row of figures, each with its name; ``notes`` explain some of them."""
    for column, (name, value) in zip(st.columns(len(values)), values.items(), strict=True):
        column.metric(name, value, help=(notes or {}).get(name), border=True)


def chart(title: str, sentence: str, figure: go.Figure, numbers: pd.DataFrame, height: int = CHART_HEIGHT) -> None:
    """A chart with its title, what it says, and its numbers for who would rather read."""
    st.header(title)
    st.caption(sentence)
    if numbers.empty:
        st.info("Nothing here for this choice. Choose more days, or fewer filters.", icon="🔎")
        return
    figure.update_xaxes(tickfont_color=ink(), title_font_color=ink())
    figure.update_yaxes(tickfont_color=ink(), title_font_color=ink())
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        legend={**LEGEND, "font_color": ink(), "title_font_color": ink()},
    )
    st.plotly_chart(figure, key=f"chart {title}", config={"displaylogo": False, "displayModeBar": False})
    with st.expander(f"The numbers of “{title}”"):
        table(numbers)


def table(numbers: pd.DataFrame, key: str | None = None) -> None:
    """Rows as they are: text is text, whatever it holds. ``key`` names the table in the page."""
    columns = {name: _column(name, values) for name, values in numbers.items()}
    with st.container(key=key):
        st.dataframe(numbers, hide_index=True, column_config=columns)


def _column(name: Any, values: pd.Series[Any]) -> Any:
    label = str(name).replace("_", " ").capitalize()
    number = all(isinstance(value, Number) and not isinstance(value, bool) for value in values.dropna())
    return st.column_config.NumberColumn(label, format="localized") if number else st.column_config.Column(label)


def whole(number: Any) -> str:
    """A whole number, with a thin mark between thousands."""
    return "–" if _is_nothing(number) else f"{int(number):,}"


def share(number: Any) -> str:
    """A share of 1 as a percentage."""
    return "–" if _is_nothing(number) else f"{float(number):.1%}"


def money(amount: Any) -> str:
    """US dollars to the cent."""
    return "–" if _is_nothing(amount) else f"${amount:,.2f}"


def decimal(number: Any) -> str:
    """One digit after the point."""
    return "–" if _is_nothing(number) else f"{float(number):,.1f}"


def ago(moment: datetime | None, now: datetime) -> str:
    """How long ago ``moment`` was; both are in UTC, without a zone."""
    if moment is None or _is_nothing(moment):
        return "never"
    seconds = max(now - moment, timedelta()).total_seconds()
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit} ago"
    return f"{seconds:.0f} s ago"


def _is_nothing(value: Any) -> bool:
    return value is None or bool(pd.isna(value))
