"""The price table, scripts/cost/prices.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

TABLE = Path(__file__).with_name("prices.toml")


@dataclass(frozen=True, slots=True)
class Prices:
    """List prices by service and unit, each service's with their source and date."""

    region: str
    services: Mapping[str, Mapping[str, Any]]

    def of(self, service: str, unit: str) -> float:
        """Dollars for one ``unit`` of ``service``."""
        return float(self.services[service][unit])

    @property
    def oldest(self) -> date:
        """When the price that was read longest ago was read."""
        dates: list[date] = [service["as_of"] for service in self.services.values()]
        return min(dates)

    @classmethod
    @cache
    def load(cls) -> Prices:
        """As the table has them."""
        table = tomllib.loads(TABLE.read_text())
        services = {name: value for name, value in table.items() if isinstance(value, dict)}
        return cls(table["region"], services)
