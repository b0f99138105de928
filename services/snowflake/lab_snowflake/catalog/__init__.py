"""What there is in the warehouse: databases, schemas, tables, views and sequences, as clients ask for them.

- ``declared``  what a CREATE says that DuckDB does not keep
- ``kept``      where that is kept, with the times at which objects were made and changed
- ``copied``    CREATE TABLE … LIKE and CLONE
- ``comments``  COMMENT ON
- ``ddl``       GET_DDL
- ``described`` DESCRIBE TABLE
- ``relations`` what there is, a query a kind
- ``shown``     SHOW; its columns are in ``columns``
- ``views``     INFORMATION_SCHEMA
"""
