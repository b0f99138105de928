"""`lab plan`: what a deployment would make and change, and what it would cost. It looks, and touches nothing."""
