"""The stock server's own schema in each database, and in one of its own; what this package keeps lies there too."""

SCHEMA = "_fs_information_schema"
"""INFORMATION_SCHEMA is made of it."""

GLOBAL = f"_fs_global.{SCHEMA}"
"""What is known of all databases."""
