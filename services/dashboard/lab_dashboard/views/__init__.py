"""One module a page: its queries, and how their rows are shown."""
