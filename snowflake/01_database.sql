-- The warehouse that computes and what it may spend, the database and its schemas. Idempotent; run by `lab deploy`.

-- At the quota the warehouse takes no more queries until the next month, a little above it the running ones end too; a quota changed by hand stays.
CREATE RESOURCE MONITOR IF NOT EXISTS MEDIA_STREAM_MONITOR WITH
    CREDIT_QUOTA = 100
    FREQUENCY = MONTHLY
    START_TIMESTAMP = IMMEDIATELY
    TRIGGERS
        ON 80 PERCENT DO NOTIFY
        ON 100 PERCENT DO SUSPEND
        ON 110 PERCENT DO SUSPEND_IMMEDIATE;

CREATE WAREHOUSE IF NOT EXISTS &{warehouse}
    WAREHOUSE_SIZE = XSMALL
    AUTO_SUSPEND = 60
    AUTO_RESUME = TRUE
    INITIALLY_SUSPENDED = TRUE
    COMMENT = 'Loads and queries of the media stream';

ALTER WAREHOUSE &{warehouse} SET RESOURCE_MONITOR = MEDIA_STREAM_MONITOR;

CREATE DATABASE IF NOT EXISTS &{database} COMMENT = 'Viewing events of the media stream';

USE WAREHOUSE &{warehouse};
USE DATABASE &{database};

CREATE TRANSIENT SCHEMA IF NOT EXISTS STAGING COMMENT = 'One export at a time, on its way in; nothing here is kept';
CREATE SCHEMA IF NOT EXISTS ANALYTICS COMMENT = 'What analysts query: viewing events, dimensions, marts';
CREATE SCHEMA IF NOT EXISTS OPS COMMENT = 'What became of every record: loads, quarantine, duplicates, ledger';
