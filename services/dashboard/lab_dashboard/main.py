"""The dashboard's pages: run by ``streamlit run``, anew for every view."""

from __future__ import annotations

import streamlit as st

from lab_dashboard import trouble
from lab_dashboard.views import ads, audience, ledger, now, quality, shows

PAGES = (
    (now, "Now", ":material/sensors:"),
    (audience, "Audience", ":material/groups:"),
    (shows, "Shows", ":material/movie:"),
    (ads, "Ads", ":material/payments:"),
    (quality, "Quality", ":material/verified:"),
    (ledger, "Ledger", ":material/account_balance:"),
)


def main() -> None:
    """Show the page that the address names, or say why it cannot be shown and what to do."""
    st.set_page_config(page_title="Media Stream Analytics", page_icon="📺", layout="wide")
    pages = [
        st.Page(module.page, title=title, icon=icon, url_path=title.lower(), default=module is now)
        for module, title, icon in PAGES
    ]
    page = st.navigation(pages)
    st.title(page.title)
    with trouble.told():
        page.run()


if __name__ == "__main__":
    main()
