"""The figures of the servers, side by side."""

from __future__ import annotations

from collections.abc import Mapping

from rich.table import Table

from scripts.warehouse_bench.figures import MEMORY, START, Figure
from scripts.warehouse_bench.steps import PIPELINE, PROTOCOL

FIGURES = (START, *(figure for figure, _ in (*PROTOCOL, *PIPELINE)), MEMORY)


def table(title: str, servers: Mapping[str, Mapping[Figure, float]]) -> Table:
    """A row a figure, a column a server; then the first server's figure as a multiple of the other's, and the aim."""
    first, *others = servers
    shown = Table("figure", *servers, *(f"{first} / {other}" for other in others), "aim", title=title, box=None)
    for figure in FIGURES:
        ours, *theirs = (figures.get(figure) for figures in servers.values())
        ratios = [f"{ours / value:.2f}" if ours is not None and value else "" for value in theirs]
        shown.add_row(figure.name, *map(figure.write, (ours, *theirs)), *ratios, figure.aimed(ours))
    return shown
