"""`lab doctor`: everything that is missing or wrong, each with what mends it. It looks, and touches nothing."""

from scripts.doctor.examine import examine
from scripts.doctor.finding import Finding, Verdict
from scripts.doctor.show import show

__all__ = ["Finding", "Verdict", "examine", "show"]
