"""VARCHAR(n) and BINARY(n): no column holds more than n characters or bytes, and every description tells n.

The stock server notes lengths of text, also where a query cuts or joins it, enforces none, and refuses BINARY(n).
DuckDB has no such types, and its CHECK would forbid to drop a column or to change its type; so the lengths are kept
beside the tables and every statement that writes is given the checks.

- ``declared``  the lengths that a definition says, or that follow from its query
- ``kept``      those of all tables and views, as descriptions show them
- ``checked``   the checks in statements that write, and in casts
- ``queried``   those of a query's columns

Differs: a length of 16 MB (BINARY: 8 MB) and more is not enforced; functions' results have no length.

Sources: https://docs.snowflake.com/en/sql-reference/data-types-text and
https://docs.snowflake.com/en/sql-reference/sql/alter-table-column
"""
