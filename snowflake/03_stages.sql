-- Where exports come in. Staging tables have the columns of the Parquet files, every one of them nullable:
-- a file that lacks a column must reach the checks of the real tables, not stop at the door without a word.

USE DATABASE &{database};

CREATE OR REPLACE STAGE OPS.EXPORTS
    URL = 's3://&{lake_bucket}/exports/'
    &{stage_options}
    COMMENT = 'Parquet exports of the lake, <table>/<export id>/*.parquet';

CREATE TRANSIENT TABLE IF NOT EXISTS STAGING.VIEWERSHIP (
    EVENT_ID              VARCHAR          COMMENT 'As in VIEWERSHIP_LOGS',
    SESSION_ID            VARCHAR          COMMENT 'As in VIEWERSHIP_LOGS',
    USER_ID               VARCHAR          COMMENT 'As in VIEWERSHIP_LOGS',
    CHANNEL_ID            VARCHAR          COMMENT 'As in VIEWERSHIP_LOGS',
    CHANNEL_NAME          VARCHAR          COMMENT 'As in VIEWERSHIP_LOGS',
    SHOW_NAME             VARCHAR          COMMENT 'As in VIEWERSHIP_LOGS',
    GENRE                 VARCHAR          COMMENT 'As in VIEWERSHIP_LOGS',
    TIMESTAMP             TIMESTAMP_NTZ(6) COMMENT 'As in VIEWERSHIP_LOGS',
    DURATION_MINUTES      NUMBER(38,0)     COMMENT 'As in VIEWERSHIP_LOGS',
    REGION                VARCHAR          COMMENT 'As in VIEWERSHIP_LOGS',
    SUBSCRIPTION_TYPE     VARCHAR          COMMENT 'As in VIEWERSHIP_LOGS',
    DEVICE                VARCHAR          COMMENT 'As in VIEWERSHIP_LOGS',
    PLATFORM              VARCHAR          COMMENT 'As in VIEWERSHIP_LOGS',
    IS_LIVE               BOOLEAN          COMMENT 'As in VIEWERSHIP_LOGS',
    ADS_WATCHED           NUMBER(38,0)     COMMENT 'As in VIEWERSHIP_LOGS',
    AD_REVENUE            NUMBER(12,2)     COMMENT 'As in VIEWERSHIP_LOGS',
    ENGAGEMENT_SCORE      FLOAT            COMMENT 'As in VIEWERSHIP_LOGS',
    BUFFER_COUNT          NUMBER(38,0)     COMMENT 'As in VIEWERSHIP_LOGS',
    COMPLETION_PERCENTAGE FLOAT            COMMENT 'As in VIEWERSHIP_LOGS',
    SCHEMA_VERSION        NUMBER(38,0)     COMMENT 'As in VIEWERSHIP_LOGS',
    STREAM_NAME           VARCHAR          COMMENT 'As in VIEWERSHIP_LOGS',
    PARTITION_KEY         VARCHAR          COMMENT 'As in VIEWERSHIP_LOGS',
    SEQUENCE_NUMBER       VARCHAR          COMMENT 'As in VIEWERSHIP_LOGS',
    ARRIVED_AT            TIMESTAMP_NTZ(6) COMMENT 'As in VIEWERSHIP_LOGS'
) COMMENT = 'Viewing events of the export being loaded';

CREATE TRANSIENT TABLE IF NOT EXISTS STAGING.QUARANTINE (
    STREAM_NAME     VARCHAR          COMMENT 'As in OPS.QUARANTINE',
    PARTITION_KEY   VARCHAR          COMMENT 'As in OPS.QUARANTINE',
    SEQUENCE_NUMBER VARCHAR          COMMENT 'As in OPS.QUARANTINE',
    ARRIVED_AT      TIMESTAMP_NTZ(6) COMMENT 'As in OPS.QUARANTINE',
    REASON          VARCHAR          COMMENT 'As in OPS.QUARANTINE',
    SENTENCE        VARCHAR          COMMENT 'As in OPS.QUARANTINE',
    FIELD           VARCHAR          COMMENT 'As in OPS.QUARANTINE',
    VALUE           VARCHAR          COMMENT 'As in OPS.QUARANTINE',
    DATA            BINARY           COMMENT 'As in OPS.QUARANTINE'
) COMMENT = 'Quarantined records of the export being loaded';

CREATE TRANSIENT TABLE IF NOT EXISTS STAGING.DUPLICATES (
    STREAM_NAME     VARCHAR          COMMENT 'As in OPS.DUPLICATES',
    PARTITION_KEY   VARCHAR          COMMENT 'As in OPS.DUPLICATES',
    SEQUENCE_NUMBER VARCHAR          COMMENT 'As in OPS.DUPLICATES',
    ARRIVED_AT      TIMESTAMP_NTZ(6) COMMENT 'As in OPS.DUPLICATES',
    EVENT_ID        VARCHAR          COMMENT 'As in OPS.DUPLICATES'
) COMMENT = 'Duplicate records of the export being loaded';

CREATE TRANSIENT TABLE IF NOT EXISTS STAGING.RECORDS (
    STREAM_NAME     VARCHAR          COMMENT 'As in OPS.RECORDS',
    PARTITION_KEY   VARCHAR          COMMENT 'As in OPS.RECORDS',
    SEQUENCE_NUMBER VARCHAR          COMMENT 'As in OPS.RECORDS',
    ARRIVED_AT      TIMESTAMP_NTZ(6) COMMENT 'As in OPS.RECORDS'
) COMMENT = 'Records of the export being loaded';

CREATE TRANSIENT TABLE IF NOT EXISTS STAGING.CHANNELS (
    CHANNEL_ID   VARCHAR      COMMENT 'As in DIM_CHANNEL',
    CHANNEL_NAME VARCHAR      COMMENT 'As in DIM_CHANNEL',
    GENRE        VARCHAR      COMMENT 'As in DIM_CHANNEL',
    LANGUAGE     VARCHAR      COMMENT 'As in DIM_CHANNEL',
    LAUNCH_YEAR  NUMBER(38,0) COMMENT 'As in DIM_CHANNEL'
) COMMENT = 'Channel metadata of the export being loaded';

CREATE TRANSIENT TABLE IF NOT EXISTS STAGING.AD_REVENUE (
    CHANNEL_ID   VARCHAR      COMMENT 'As in AD_REVENUE_REPORTED',
    CHANNEL_NAME VARCHAR      COMMENT 'As in AD_REVENUE_REPORTED',
    DATE         DATE         COMMENT 'As in AD_REVENUE_REPORTED',
    AD_REVENUE   NUMBER(12,2) COMMENT 'As in AD_REVENUE_REPORTED'
) COMMENT = 'Reported advertising revenue of the export being loaded';

CREATE TRANSIENT TABLE IF NOT EXISTS STAGING.TOUCHED_DAYS (
    DAY DATE COMMENT 'A day of which the marts must be rebuilt'
) COMMENT = 'Days the export being loaded changes';
