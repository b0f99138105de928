"""What a lab on AWS costs: dated list prices, a workload, and the bill that follows."""

from scripts.cost.bill import Line, bill, monthly
from scripts.cost.prices import Prices
from scripts.cost.workload import Workload

__all__ = ["Line", "Prices", "Workload", "bill", "monthly"]
