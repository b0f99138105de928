-- The warehouse that computes, the database and its schemas. Idempotent; run by `lab deploy`.

CREATE WAREHOUSE IF NOT EXISTS &{warehouse}
    WAREHOUSE_SIZE = XSMALL
    AUTO_SUSPEND = 60
    AUTO_RESUME = TRUE
    INITIALLY_SUSPENDED = TRUE
    COMMENT = 'Loads and queries of the media stream';

CREATE DATABASE IF NOT EXISTS &{database} COMMENT = 'Viewing events of the media stream';

USE WAREHOUSE &{warehouse};
USE DATABASE &{database};

CREATE TRANSIENT SCHEMA IF NOT EXISTS STAGING COMMENT = 'One export at a time, on its way in; nothing here is kept';
CREATE SCHEMA IF NOT EXISTS ANALYTICS COMMENT = 'What analysts query: viewing events, dimensions, marts';
CREATE SCHEMA IF NOT EXISTS OPS COMMENT = 'What became of every record: loads, quarantine, duplicates, ledger';
