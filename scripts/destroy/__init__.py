"""`lab destroy`: everything that a deployment made, taken away again; and a look for what is left."""

from scripts.destroy.destroy import destroy

__all__ = ["destroy"]
