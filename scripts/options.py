"""The options that several commands of `lab` have, or that only a whole number will do for."""

from __future__ import annotations

import re
from typing import Annotated, Any

import typer


def _whole_number(least: int, example: str, meaning: str) -> Any:
    """An option that takes digits from ``least`` up, and says in its error what would be right."""

    def parse(given: str | int) -> int:  # the default is given as a number
        text = str(given)
        if not re.fullmatch(r"\d{1,18}", text) or int(text) < least:
            raise typer.BadParameter(f"{text!r} is not a whole number from {least} up. For example: {example}")
        return int(text)

    return typer.Option(parser=parse, metavar="NUMBER", help=meaning)


Events = Annotated[int, _whole_number(1, "make e2e EVENTS=20000", "How many records to send, of every kind.")]
EventsPerSecond = Annotated[
    int,
    _whole_number(
        0,
        "make plan PROFILE=aws EVENTS_PER_SECOND=1000",
        "How many events a second the plan reckons with, day and night.",
    ),
]
Rows = Annotated[
    int,
    _whole_number(10_000, "make bench-warehouse ROWS=1000000", "How many events to load; the aims are for a million."),
]
Seed = Annotated[int, _whole_number(0, "make e2e SEED=7", "The same seed gives the same sequence of events.")]
Confirm = Annotated[
    str | None,
    typer.Option(
        "--confirm",
        metavar="ACCOUNT",
        help="The AWS account that may be changed, 12 digits; a profile of kind aws demands it.",
    ),
]
