"""What is shown in the place of a page that cannot be shown: what happened, and the next command to type."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from lab_dashboard import warehouse


@contextmanager
def told() -> Iterator[None]:
    """Around a page, and around a part that renews itself: Streamlit catches what that raises."""
    try:
        yield
    except warehouse.Unavailable as error:
        st.error(str(error), icon="🔌")
        st.markdown("See which service is down with `make status`, and start what is not running with `make up`.")
        st.button("Try again")
    except warehouse.NotDeployed as error:
        st.warning(f"The warehouse has no tables yet, or those of another version: {error}", icon="📦")
        st.markdown("Make them with `make deploy`; `make e2e` sends events through the whole chain as well.")
        st.button("Try again")
