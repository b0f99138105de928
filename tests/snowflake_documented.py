"""What Snowflake documents, as far as the project's SQL uses it. Read from its pages in November 2026."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


RESERVED = _words(
    """
    ALL ALTER AND ANY AS BETWEEN BY CASE CAST CHECK COLUMN CONNECT CREATE CROSS CURRENT CURRENT_DATE CURRENT_TIME
    CURRENT_TIMESTAMP CURRENT_USER DELETE DISTINCT DROP ELSE EXISTS FALSE FOLLOWING FOR FROM FULL GRANT GROUP HAVING
    ILIKE IN INCREMENT INNER INSERT INTERSECT INTO IS JOIN LATERAL LEFT LIKE LOCALTIME LOCALTIMESTAMP MINUS NATURAL
    NOT NULL OF ON OR ORDER QUALIFY REGEXP REVOKE RIGHT RLIKE ROW ROWS SAMPLE SELECT SET SOME START TABLE
    TABLESAMPLE THEN TO TRIGGER TRUE TRY_CAST UNION UNIQUE UPDATE USING VALUES WHEN WHENEVER WHERE WINDOW WITH
    """
)
LIMITED = _words("ACCOUNT CONNECTION CONSTRAINT DATABASE GSCLUSTER ISSUE ORGANIZATION SCHEMA VIEW")
"""Reserved in some places only; the project uses them in none.

Source of both: https://docs.snowflake.com/en/sql-reference/reserved-keywords
"""

STATEMENTS = (
    "ALTER SESSION",
    "ALTER STORAGE INTEGRATION",
    "ALTER WAREHOUSE",
    "BEGIN",
    "COMMIT",
    "COPY INTO",
    "CREATE DATABASE",
    "CREATE RESOURCE MONITOR",
    "CREATE ROLE",
    "CREATE SCHEMA",
    "CREATE STAGE",
    "CREATE STORAGE INTEGRATION",
    "CREATE TABLE",
    "CREATE VIEW",
    "CREATE WAREHOUSE",
    "DELETE FROM",
    "GRANT ROLE",
    "GRANT",
    "INSERT INTO",
    "MERGE INTO",
    "SELECT",
    "SET",
    "UPDATE",
    "USE DATABASE",
    "USE WAREHOUSE",
    "WITH",
)
"""Source: https://docs.snowflake.com/en/sql-reference/sql-all and the page of each command."""

MODIFIERS = ("OR REPLACE", "TRANSIENT")
"""What may stand between CREATE and the kind of a statement in STATEMENTS."""

FUNCTIONS = _words(
    """
    AVG CAST COALESCE COUNT COUNT_IF CURRENT_DATE CURRENT_USER DATEADD DATEDIFF DATE_TRUNC DAYNAME DAYOFWEEKISO
    FLOOR GENERATOR GREATEST HOUR IFF LAG LEAST MAX MEDIAN MIN MONTH MONTHNAME NTILE NULLIF PERCENTILE_CONT QUARTER
    RANK ROUND ROW_NUMBER SUM SYSDATE TO_DATE WEEKISO YEAR
    """
)
"""Source: https://docs.snowflake.com/en/sql-reference/functions-all"""

TYPES = _words("BINARY BOOLEAN DATE FLOAT NUMBER TIMESTAMP_NTZ VARCHAR")
"""Source: https://docs.snowflake.com/en/sql-reference/intro-summary-data-types"""

CLAUSES = _words("AS EXISTS FROM GROUP IDENTIFIER IN INSERT JOIN OVER SELECT TABLE USING VALUES")
"""What else may stand before a parenthesis."""

STAGE_OPTIONS = _words("URL STORAGE_INTEGRATION COMMENT")
"""Source: https://docs.snowflake.com/en/sql-reference/sql/create-stage"""
