"""Primary, unique and foreign keys: kept and shown, not enforced, as on Snowflake.

- ``declared``  the keys in a CREATE TABLE or ALTER TABLE ADD COLUMN
- ``kept``      where they are kept, and what becomes of them when tables and columns change
- ``altered``   ALTER TABLE that adds, drops or renames a key
- ``shown``     SHOW PRIMARY, UNIQUE, IMPORTED and EXPORTED KEYS, and the views of INFORMATION_SCHEMA

Source: https://docs.snowflake.com/en/sql-reference/constraints-overview
"""
