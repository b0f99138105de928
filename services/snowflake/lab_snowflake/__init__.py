"""The local warehouse: a Snowflake to develop against, over fakesnow on a DuckDB file.

fakesnow translates Snowflake's SQL to DuckDB's. This package serves it over Snowflake's own protocol and mends what a
pipeline would stumble over; each mend is a module of its own:

- ``statements``    comments around a statement never change what it does
- ``transactions``  one writer at a time, really all or nothing; readers are not blocked
- ``merge``         MERGE is one atomic statement
- ``copy_into``     COPY INTO with its options and load history; its parts are in ``copying``
- ``aggregates``    a sum of NUMBER is a NUMBER: money stays exact
- ``lengths``       VARCHAR(n) and BINARY(n) are kept, enforced and shown
- ``quotients``     a quotient and an average of NUMBER are NUMBERs of Snowflake's scale
- ``timezones``     the time zone of a session
- ``keys``          primary, unique and foreign keys are kept and shown, and not enforced
- ``catalog``       SHOW and INFORMATION_SCHEMA of what there is, comments on it, GET_DDL
- ``information_schema``  views of INFORMATION_SCHEMA
- ``descriptions``  comments on tables and columns are kept
- ``account``       roles, grants, warehouses and monitors are kept and shown, and have no effect; users, integrations
- ``login``         by the profile's password, or by a user's key
- ``sessions``      tokens are renewed, and sessions whose clients are gone are closed
- ``timeouts``      statements that take longer than a session allows are stopped
- ``temporary``     temporary tables and views with a schema in their name
- ``drops``         what a DROP names
- ``namespaces``    databases and schemas, the current ones among them
- ``context``       CURRENT_DATABASE() and its like
- ``identifiers``   names given as values
- ``functions``     CREATE FUNCTION in SQL
- ``sequences``     a sequence's next value wherever a value may stand
- ``explain``       EXPLAIN
- ``infer_schema``  INFER_SCHEMA
- ``positions``     columns of VALUES by their position
- ``cancellation``  what another session runs is stopped, all of it or one statement
- ``validate``      VALIDATE tells the rows at fault of a past COPY
- ``detached``      statements that run by themselves, found by their id
- ``several``       several statements in one text
- ``result_scan``   RESULT_SCAN and LAST_QUERY_ID
- ``history``       QUERY_HISTORY() and COPY_HISTORY()
- ``shown_parameters``  SHOW PARAMETERS tells what a session has set
- ``refusals``      what is not there is refused by name
- ``results``       types on the wire; NULL timestamps stay NULL
- ``starting``      files and a port that others hold are told in a sentence
- ``chunks``        large results are fetched in chunks
- ``sending``       answers as JSON
- ``errors``        every failure is an answer with Snowflake's code and SQL state
"""
