"""The local warehouse: a Snowflake to develop against, over fakesnow on a DuckDB file.

fakesnow translates Snowflake's SQL to DuckDB's. This package serves it over Snowflake's own protocol and mends what a
pipeline would stumble over; each mend is a module of its own:

- ``statements``    comments around a statement never change what it does
- ``transactions``  one writer at a time, really all or nothing; readers are not blocked
- ``merge``         MERGE is one atomic statement
- ``copy_into``     COPY INTO loads all files or none, and FORCE, PURGE and the load history mean what they say
- ``aggregates``    a sum of NUMBER is a NUMBER: money stays exact
- ``constraints``   primary, unique and foreign keys are taken and not enforced
- ``descriptions``  comments on tables and columns are kept
- ``account``       roles, grants and warehouses are accepted, have no effect, and the answer says so
- ``timeouts``      statements that take longer than a session allows are stopped
- ``temporary``     temporary tables and views with a schema in their name
- ``drops``         DROP TABLE and DROP DATABASE
- ``positions``     columns of VALUES by their position
- ``cancellation``  what another session runs is stopped
- ``detached``      statements that run by themselves, found by their id
- ``results``       types on the wire; NULL timestamps stay NULL
- ``errors``        every failure is an answer with Snowflake's code and SQL state
"""
