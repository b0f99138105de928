"""What is looked at: days, regions, channels and genres, kept over pages and in the address of the page.

Values come from the warehouse's own dimensions; what an address names besides is told and left out. In SQL they are
bound values, never text.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import streamlit as st

from lab_dashboard import warehouse

DIMENSIONS = ("region", "channel", "genre")
LEFT_OUT = "left out of the address"

PLACEHOLDERS = {"region": "All regions", "channel": "All channels", "genre": "All genres"}
LABELS = {"region": "Regions", "channel": "Channels", "genre": "Genres"}


@dataclass(frozen=True, slots=True)
class Choices:
    """What there is to choose from: days with viewing, and the names of each dimension by their keys."""

    first_day: date
    last_day: date
    names: dict[str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Filters:
    """What was chosen, of which names; nothing chosen of a dimension means all of it."""

    first_day: date
    last_day: date
    chosen: dict[str, tuple[str, ...]]
    names: dict[str, dict[str, str]]

    def where(self, day: str, **columns: str) -> tuple[str, dict[str, Any]]:
        """An SQL condition, and the values it binds.

        ``day`` is the SQL of a day or a moment; ``columns`` has the SQL of each dimension that the query knows.
        """
        conditions = [f"{day} >= %(first_day)s", f"{day} < %(after_last_day)s"]
        values: dict[str, Any] = {"first_day": self.first_day, "after_last_day": self.last_day + timedelta(days=1)}
        for dimension, column in columns.items():
            if keys := self.chosen[dimension]:
                bound = {f"{dimension}_{number}": key for number, key in enumerate(keys)}
                conditions.append(f"{column} IN ({', '.join(f'%({name})s' for name in bound)})")
                values |= bound
        return " AND ".join(conditions), values


def choices() -> Choices | None:
    """What there is to choose from; None while the warehouse holds no viewing event."""
    days = warehouse.one("SELECT MIN(DAY) AS FIRST_DAY, MAX(DAY) AS LAST_DAY FROM ANALYTICS.SHOWS")
    if days.first_day is None:
        return None
    channels = warehouse.rows("SELECT CHANNEL_ID, CHANNEL_NAME FROM ANALYTICS.DIM_CHANNEL ORDER BY CHANNEL_NAME")
    regions = warehouse.rows("SELECT DISTINCT REGION FROM ANALYTICS.AUDIENCE ORDER BY REGION").region
    genres = warehouse.rows("SELECT DISTINCT GENRE FROM ANALYTICS.DIM_SHOW ORDER BY GENRE").genre
    return Choices(
        days.first_day,
        days.last_day,
        {
            "region": dict(zip(regions, regions, strict=True)),
            "channel": dict(zip(channels.channel_id, channels.channel_name, strict=True)),
            "genre": dict(zip(genres, genres, strict=True)),
        },
    )


def chosen() -> Filters | None:
    """The filters, shown beside the page; None, and said, when there is nothing to look at yet."""
    there = choices()
    if there is None:
        st.info("The warehouse holds no viewing event yet. Send some through the chain with `make e2e`.", icon="📭")
        return None
    return sidebar(there)


def sidebar(there: Choices) -> Filters:
    """Show the filters, beginning with what the address says, and write what is chosen back into it."""
    _begin(there)
    with st.sidebar:
        st.header("Filters")
        days = st.date_input(
            "Days (UTC)", key="days", min_value=there.first_day, max_value=there.last_day, format="YYYY-MM-DD"
        )
        chosen = {
            dimension: tuple(
                st.multiselect(
                    LABELS[dimension],
                    options=list(there.names[dimension]),
                    format_func=there.names[dimension].__getitem__,
                    key=dimension,
                    placeholder=PLACEHOLDERS[dimension],
                )
            )
            for dimension in DIMENSIONS
        }
        st.button("Show everything", on_click=_reset, args=(there,), width="stretch")
        for text, why in st.session_state.get(LEFT_OUT, []):
            st.warning("Left out of the address:")
            st.text(f"{text} is {why}")
    first, last = _both_ends(days, there)
    filters = Filters(first, last, chosen, there.names)
    _write_address(filters, there)
    return filters


def not_used(*dimensions: str) -> None:
    """Say which of the chosen filters say nothing about what the page shows."""
    ignored = [LABELS[dimension].lower() for dimension in dimensions if st.session_state.get(dimension)]
    if ignored:
        st.info(f"Not filtered by {' and '.join(ignored)}: what this page shows has no such column.", icon="ℹ️")


def _begin(there: Choices) -> None:
    """Take what the address says, once a session; drop what is no longer there."""
    if "days" not in st.session_state:
        address = st.query_params
        first = _day(address.get("from"), there.first_day, there)
        last = _day(address.get("to"), there.last_day, there)
        st.session_state.days = (min(first, last), max(first, last))
        for dimension in DIMENSIONS:
            _choose(dimension, address.get_all(dimension), there)
    # A widget that another page does not show would lose its value: to set it keeps it.
    for dimension in DIMENSIONS:
        st.session_state[dimension] = _known(st.session_state.get(dimension, []), there, dimension)
    st.session_state.days = tuple(_within(day, there) for day in st.session_state.days)


def _choose(dimension: str, keys: list[str], there: Choices) -> None:
    for key in keys:
        if key not in there.names[dimension]:
            _leave_out(key, f"none of the {LABELS[dimension].lower()}")
    st.session_state[dimension] = _known(keys, there, dimension)


def _leave_out(text: str, why: str) -> None:
    st.session_state[LEFT_OUT] = [*st.session_state.get(LEFT_OUT, []), (text, why)]


def _known(keys: Iterable[str], there: Choices, dimension: str) -> list[str]:
    return [key for key in keys if key in there.names[dimension]]


def _day(text: str | None, default: date, there: Choices) -> date:
    try:
        return _within(date.fromisoformat(text), there) if text else default
    except ValueError:
        _leave_out(text or "", f"no day; a day looks like {default.isoformat()}")
        return default


def _within(day: date, there: Choices) -> date:
    return min(max(day, there.first_day), there.last_day)


def _both_ends(days: Any, there: Choices) -> tuple[date, date]:
    """While a user has clicked only the first day of a range, that day alone."""
    chosen = days if isinstance(days, tuple) else (days,)
    if not chosen:
        return there.first_day, there.last_day
    return chosen[0], chosen[-1]


def _write_address(filters: Filters, there: Choices) -> None:
    address: dict[str, str | list[str]] = {key: list(keys) for key, keys in filters.chosen.items() if keys}
    if (filters.first_day, filters.last_day) != (there.first_day, there.last_day):
        address |= {"from": filters.first_day.isoformat(), "to": filters.last_day.isoformat()}
    if {key: st.query_params.get_all(key) for key in st.query_params} != {
        key: value if isinstance(value, list) else [value] for key, value in address.items()
    }:
        st.query_params.from_dict(address)


def _reset(there: Choices) -> None:
    st.session_state.days = (there.first_day, there.last_day)
    for dimension in DIMENSIONS:
        st.session_state[dimension] = []
    st.session_state[LEFT_OUT] = []
