"""A figure: what it is called, how it is written and what is aimed at."""

from __future__ import annotations

from dataclasses import dataclass

ROWS_A_SECOND = "{:,.0f} rows/s"
SECONDS = "{:.2f} s"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure; of a ``speed`` more is better, of everything else less."""

    name: str
    form: str = SECONDS
    aim: float | None = None
    speed: bool = False

    def write(self, value: float | None) -> str:
        """``value`` with its unit; nothing for one that was not found."""
        return "" if value is None else self.form.format(value)

    def aimed(self, value: float | None) -> str:
        """The aim, and whether ``value`` falls short of it."""
        if self.aim is None:
            return ""
        met = value is not None and (value >= self.aim if self.speed else value <= self.aim)
        return f"{'≥' if self.speed else '≤'} {self.write(self.aim)}{'' if met else ', missed'}"


START = Figure("start to first answer", aim=4)
MEMORY = Figure("memory at most (PSS)", "{:,.0f} MB")
