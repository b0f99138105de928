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
    ARRIVED_AT            TIMESTAMP_NTZ(6) COMMENT 'As in VIEWERSHIP_LOGS',
    EXPORT_ID             VARCHAR          COMMENT 'The export that the file belongs to'
) COMMENT = 'Viewing events of the batch being loaded';

CREATE TRANSIENT TABLE IF NOT EXISTS STAGING.QUARANTINE (
    STREAM_NAME     VARCHAR          COMMENT 'As in OPS.QUARANTINE',
    PARTITION_KEY   VARCHAR          COMMENT 'As in OPS.QUARANTINE',
    SEQUENCE_NUMBER VARCHAR          COMMENT 'As in OPS.QUARANTINE',
    ARRIVED_AT      TIMESTAMP_NTZ(6) COMMENT 'As in OPS.QUARANTINE',
    REASON          VARCHAR          COMMENT 'As in OPS.QUARANTINE',
    SENTENCE        VARCHAR          COMMENT 'As in OPS.QUARANTINE',
    FIELD           VARCHAR          COMMENT 'As in OPS.QUARANTINE',
    VALUE           VARCHAR          COMMENT 'As in OPS.QUARANTINE',
    DATA            BINARY           COMMENT 'As in OPS.QUARANTINE',
    EXPORT_ID       VARCHAR          COMMENT 'The export that the file belongs to'
) COMMENT = 'Quarantined records of the batch being loaded';

CREATE TRANSIENT TABLE IF NOT EXISTS STAGING.DUPLICATES (
    STREAM_NAME     VARCHAR          COMMENT 'As in OPS.DUPLICATES',
    PARTITION_KEY   VARCHAR          COMMENT 'As in OPS.DUPLICATES',
    SEQUENCE_NUMBER VARCHAR          COMMENT 'As in OPS.DUPLICATES',
    ARRIVED_AT      TIMESTAMP_NTZ(6) COMMENT 'As in OPS.DUPLICATES',
    EVENT_ID        VARCHAR          COMMENT 'As in OPS.DUPLICATES',
    EXPORT_ID       VARCHAR          COMMENT 'The export that the file belongs to'
) COMMENT = 'Duplicate records of the batch being loaded';

CREATE TRANSIENT TABLE IF NOT EXISTS STAGING.RECORDS (
    STREAM_NAME     VARCHAR          COMMENT 'As in OPS.RECORDS',
    PARTITION_KEY   VARCHAR          COMMENT 'As in OPS.RECORDS',
    SEQUENCE_NUMBER VARCHAR          COMMENT 'As in OPS.RECORDS',
    ARRIVED_AT      TIMESTAMP_NTZ(6) COMMENT 'As in OPS.RECORDS',
    EXPORT_ID       VARCHAR          COMMENT 'The export that the file belongs to'
) COMMENT = 'Records of the batch being loaded';

CREATE TRANSIENT TABLE IF NOT EXISTS STAGING.CHANNELS (
    CHANNEL_ID   VARCHAR      COMMENT 'As in DIM_CHANNEL',
    CHANNEL_NAME VARCHAR      COMMENT 'As in DIM_CHANNEL',
    GENRE        VARCHAR      COMMENT 'As in DIM_CHANNEL',
    LANGUAGE     VARCHAR      COMMENT 'As in DIM_CHANNEL',
    LAUNCH_YEAR  NUMBER(38,0) COMMENT 'As in DIM_CHANNEL',
    EXPORT_ID    VARCHAR      COMMENT 'The export that the file belongs to'
) COMMENT = 'Channel metadata of the batch being loaded';

CREATE TRANSIENT TABLE IF NOT EXISTS STAGING.DEMOGRAPHICS (
    USER_ID           VARCHAR  COMMENT 'As in DIM_VIEWER',
    GENDER            VARCHAR  COMMENT 'As in DIM_VIEWER',
    AGE_GROUP         VARCHAR  COMMENT 'As in DIM_VIEWER',
    REGION            VARCHAR  COMMENT 'As in DIM_VIEWER',
    SUBSCRIPTION_TYPE VARCHAR  COMMENT 'As in DIM_VIEWER',
    EXPORT_ID         VARCHAR  COMMENT 'The export that the file belongs to'
) COMMENT = 'Viewers of the batch being loaded, when the demographics have changed';

CREATE TRANSIENT TABLE IF NOT EXISTS STAGING.AD_REVENUE (
    CHANNEL_ID   VARCHAR      COMMENT 'As in AD_REVENUE_REPORTED',
    CHANNEL_NAME VARCHAR      COMMENT 'As in AD_REVENUE_REPORTED',
    DATE         DATE         COMMENT 'As in AD_REVENUE_REPORTED',
    AD_REVENUE   NUMBER(12,2) COMMENT 'As in AD_REVENUE_REPORTED',
    EXPORT_ID    VARCHAR      COMMENT 'The export that the file belongs to'
) COMMENT = 'Reported advertising revenue of the batch being loaded';

CREATE TRANSIENT TABLE IF NOT EXISTS STAGING.TOUCHED_DAYS (
    DAY DATE COMMENT 'A day of which the marts must be rebuilt'
) COMMENT = 'Days that the batch being loaded changes';

CREATE TRANSIENT TABLE IF NOT EXISTS STAGING.BATCH (
    EXPORT_ID       VARCHAR(64)       NOT NULL COMMENT 'An export of the batch',
    EVENTS          NUMBER(38,0)      NOT NULL COMMENT 'Viewing events that the lake says the export holds',
    MINUTES         NUMBER(38,0)      NOT NULL COMMENT 'Minutes watched in them, as the lake says',
    AD_REVENUE      NUMBER(38,2)      NOT NULL COMMENT 'Advertising revenue of them, as the lake says',
    QUARANTINE_ROWS NUMBER(38,0)      NOT NULL COMMENT 'Quarantined records, as the lake says',
    DUPLICATE_ROWS  NUMBER(38,0)      NOT NULL COMMENT 'Duplicate records, as the lake says',
    RECORD_ROWS     NUMBER(38,0)      NOT NULL COMMENT 'Records, as the lake says',
    CHANNEL_ROWS    NUMBER(38,0)      NOT NULL COMMENT 'Channels, as the lake says',
    VIEWER_ROWS     NUMBER(38,0)      NOT NULL COMMENT 'Viewers, as the lake says',
    REPORT_ROWS     NUMBER(38,0)      NOT NULL COMMENT 'Days of reported revenue, as the lake says',
    FIRST_ARRIVAL   TIMESTAMP_NTZ(6)  NOT NULL COMMENT 'The first arrival that the export says anything about, UTC',
    RUN_ID          VARCHAR(250)      NOT NULL COMMENT 'The pipeline run that staged the export',
    BATCH_ID        VARCHAR(36)       NOT NULL COMMENT 'This staging of the batch; a second one has another id',
    STAGED_AT       TIMESTAMP_NTZ(6)  NOT NULL COMMENT 'When it was staged, UTC',
    AUDITED_AT      TIMESTAMP_NTZ(6)           COMMENT 'When the audit of it had found no fault, UTC',
    PUBLISHED_AT    TIMESTAMP_NTZ(6)           COMMENT 'When it was last published, UTC'
) COMMENT = 'The exports of the batch that lies in staging, with the totals of their markers';

CREATE OR REPLACE VIEW STAGING.TOTALS (
    EXPORT_ID COMMENT 'An export of the batch',
    VIEWERSHIP_ROWS COMMENT 'Viewing events staged',
    QUARANTINE_ROWS COMMENT 'Quarantined records staged',
    DUPLICATE_ROWS COMMENT 'Duplicate records staged',
    RECORD_ROWS COMMENT 'Records staged',
    CHANNEL_ROWS COMMENT 'Channels staged',
    VIEWER_ROWS COMMENT 'Viewers staged',
    REPORT_ROWS COMMENT 'Days of reported revenue staged',
    MINUTES COMMENT 'Minutes watched in the viewing events staged',
    AD_REVENUE COMMENT 'Advertising revenue of the viewing events staged, US dollars and cents'
) COMMENT = 'What of each export of the batch lies in staging' AS
SELECT
    b.EXPORT_ID, COALESCE(v.ROWS_STAGED, 0) AS VIEWERSHIP_ROWS, COALESCE(q.ROWS_STAGED, 0) AS QUARANTINE_ROWS,
    COALESCE(d.ROWS_STAGED, 0) AS DUPLICATE_ROWS, COALESCE(r.ROWS_STAGED, 0) AS RECORD_ROWS,
    COALESCE(c.ROWS_STAGED, 0) AS CHANNEL_ROWS, COALESCE(w.ROWS_STAGED, 0) AS VIEWER_ROWS,
    COALESCE(a.ROWS_STAGED, 0) AS REPORT_ROWS,
    COALESCE(v.MINUTES, 0) AS MINUTES, COALESCE(v.AD_REVENUE, 0) AS AD_REVENUE
FROM STAGING.BATCH AS b
LEFT JOIN (
    SELECT EXPORT_ID, COUNT(*) AS ROWS_STAGED, SUM(DURATION_MINUTES) AS MINUTES, SUM(AD_REVENUE) AS AD_REVENUE
    FROM STAGING.VIEWERSHIP GROUP BY EXPORT_ID
) AS v ON v.EXPORT_ID = b.EXPORT_ID
LEFT JOIN (SELECT EXPORT_ID, COUNT(*) AS ROWS_STAGED FROM STAGING.QUARANTINE GROUP BY EXPORT_ID) AS q
    ON q.EXPORT_ID = b.EXPORT_ID
LEFT JOIN (SELECT EXPORT_ID, COUNT(*) AS ROWS_STAGED FROM STAGING.DUPLICATES GROUP BY EXPORT_ID) AS d
    ON d.EXPORT_ID = b.EXPORT_ID
LEFT JOIN (SELECT EXPORT_ID, COUNT(*) AS ROWS_STAGED FROM STAGING.RECORDS GROUP BY EXPORT_ID) AS r
    ON r.EXPORT_ID = b.EXPORT_ID
LEFT JOIN (SELECT EXPORT_ID, COUNT(*) AS ROWS_STAGED FROM STAGING.CHANNELS GROUP BY EXPORT_ID) AS c
    ON c.EXPORT_ID = b.EXPORT_ID
LEFT JOIN (SELECT EXPORT_ID, COUNT(*) AS ROWS_STAGED FROM STAGING.DEMOGRAPHICS GROUP BY EXPORT_ID) AS w
    ON w.EXPORT_ID = b.EXPORT_ID
LEFT JOIN (SELECT EXPORT_ID, COUNT(*) AS ROWS_STAGED FROM STAGING.AD_REVENUE GROUP BY EXPORT_ID) AS a
    ON a.EXPORT_ID = b.EXPORT_ID;
