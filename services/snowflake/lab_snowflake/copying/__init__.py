"""COPY INTO a table, part by part.

- ``options``  what a COPY asks for: every copy option is honoured or refused
- ``formats``  how a file becomes rows: the file format options, and the SQL that reads a file
- ``records``  a CSV file record by record, where DuckDB's reader gives up
- ``plan``     which expression fills which column
- ``rejects``  the rows that cannot be loaded, each with its reason, line and column
- ``past``     the COPY statements that ran, for VALIDATE
- ``outcome``  what ON_ERROR makes of a file, and what COPY answers of it
"""
