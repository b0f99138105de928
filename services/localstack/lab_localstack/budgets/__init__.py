"""AWS Budgets: kept and described. Nothing costs anything here, so no budget is ever passed and nobody is told."""
