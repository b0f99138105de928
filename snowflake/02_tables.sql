-- What the loads write: viewing events, reference data and the fate of every record. Times are UTC.

USE DATABASE &{database};

CREATE TABLE IF NOT EXISTS ANALYTICS.VIEWERSHIP_LOGS (
    EVENT_ID              VARCHAR(64)       NOT NULL COMMENT 'Identifies the event within 30 days; each is here once',
    SESSION_ID            VARCHAR(64)       NOT NULL COMMENT 'The player session in which the viewing happened',
    USER_ID               VARCHAR(64)       NOT NULL COMMENT 'The viewer; also the record''s partition key',
    CHANNEL_ID            VARCHAR(32)       NOT NULL COMMENT 'The channel, as in DIM_CHANNEL',
    CHANNEL_NAME          VARCHAR(200)      NOT NULL COMMENT 'The channel''s name when the event was made',
    SHOW_NAME             VARCHAR(500)      NOT NULL COMMENT 'The title watched; any Unicode text',
    GENRE                 VARCHAR(32)       NOT NULL COMMENT 'The title''s genre',
    TIMESTAMP             TIMESTAMP_NTZ(6)  NOT NULL COMMENT 'When the viewing began, UTC',
    DURATION_MINUTES      NUMBER(38,0)      NOT NULL COMMENT 'Minutes watched',
    REGION                VARCHAR(32)       NOT NULL COMMENT 'The viewer''s region',
    SUBSCRIPTION_TYPE     VARCHAR(32)       NOT NULL COMMENT 'The viewer''s plan',
    DEVICE                VARCHAR(32)       NOT NULL COMMENT 'The kind of device',
    PLATFORM              VARCHAR(32)       NOT NULL COMMENT 'The player''s platform',
    IS_LIVE               BOOLEAN           NOT NULL COMMENT 'Whether the title was broadcast live',
    ADS_WATCHED           NUMBER(38,0)      NOT NULL COMMENT 'Advertisements watched to the end',
    AD_REVENUE            NUMBER(12,2)      NOT NULL COMMENT 'Revenue of those advertisements, US dollars and cents',
    ENGAGEMENT_SCORE      FLOAT             NOT NULL COMMENT 'Engagement from 0 (none) to 1 (full)',
    BUFFER_COUNT          NUMBER(38,0)      NOT NULL COMMENT 'Times the player stopped to buffer',
    COMPLETION_PERCENTAGE FLOAT             NOT NULL COMMENT 'Share of the title watched, in percent',
    SCHEMA_VERSION        NUMBER(38,0)      NOT NULL COMMENT 'Version of the event''s schema',
    STREAM_NAME           VARCHAR(128)      NOT NULL COMMENT 'Stream of the record that brought the event',
    PARTITION_KEY         VARCHAR(256)      NOT NULL COMMENT 'Partition key of that record',
    SEQUENCE_NUMBER       VARCHAR(129)      NOT NULL COMMENT 'Sequence number of that record, decimal digits',
    ARRIVED_AT            TIMESTAMP_NTZ(6)  NOT NULL COMMENT 'When the stream took that record, UTC',
    EXPORT_ID             VARCHAR(64)       NOT NULL COMMENT 'The export that brought this version of the event',
    LOADED_AT             TIMESTAMP_NTZ(6)  NOT NULL COMMENT 'When this version of the event was loaded, UTC'
) COMMENT = 'Viewing events, the newest version of each';

CREATE TABLE IF NOT EXISTS ANALYTICS.DIM_CHANNEL (
    CHANNEL_ID   VARCHAR(32)   NOT NULL COMMENT 'Identifies the channel',
    CHANNEL_NAME VARCHAR(200)  NOT NULL COMMENT 'The channel''s name today',
    GENRE        VARCHAR(32)            COMMENT 'What the channel mostly shows',
    LANGUAGE     VARCHAR(32)            COMMENT 'The language it broadcasts in',
    LAUNCH_YEAR  NUMBER(38,0)           COMMENT 'The year it went on air'
) COMMENT = 'Channels, from the channel metadata';

CREATE TABLE IF NOT EXISTS ANALYTICS.DIM_VIEWER (
    USER_ID           VARCHAR(64)   NOT NULL COMMENT 'Identifies the viewer',
    GENDER            VARCHAR(32)   NOT NULL COMMENT 'The viewer''s gender; unknown where the demographics lack the viewer',
    AGE_GROUP         VARCHAR(32)   NOT NULL COMMENT 'The viewer''s age group; unknown where the demographics lack the viewer',
    REGION            VARCHAR(32)   NOT NULL COMMENT 'The viewer''s region today',
    SUBSCRIPTION_TYPE VARCHAR(32)   NOT NULL COMMENT 'The viewer''s plan today'
) COMMENT = 'Viewers, from the demographics and the viewing events';

CREATE TABLE IF NOT EXISTS ANALYTICS.DIM_SHOW (
    SHOW_NAME    VARCHAR(500)  NOT NULL COMMENT 'The title',
    GENRE        VARCHAR(32)   NOT NULL COMMENT 'The title''s genre',
    CHANNEL_ID   VARCHAR(32)   NOT NULL COMMENT 'A channel that shows it, as in DIM_CHANNEL'
) COMMENT = 'Titles seen in the viewing events, a row a title, genre and channel';

CREATE TABLE IF NOT EXISTS ANALYTICS.DIM_DATE (
    DAY          DATE          NOT NULL COMMENT 'The day, UTC',
    YEAR         NUMBER(38,0)  NOT NULL COMMENT 'The calendar year',
    QUARTER      NUMBER(38,0)  NOT NULL COMMENT 'The quarter of the year, 1 to 4',
    MONTH        NUMBER(38,0)  NOT NULL COMMENT 'The month of the year, 1 to 12',
    MONTH_NAME   VARCHAR(9)    NOT NULL COMMENT 'The month''s English name, three letters',
    ISO_WEEK     NUMBER(38,0)  NOT NULL COMMENT 'The ISO week of the year, 1 to 53',
    DAY_OF_WEEK  NUMBER(38,0)  NOT NULL COMMENT 'The ISO day of the week: 1 is Monday, 7 is Sunday',
    DAY_NAME     VARCHAR(9)    NOT NULL COMMENT 'The day''s English name, three letters',
    IS_WEEKEND   BOOLEAN       NOT NULL COMMENT 'Whether it is a Saturday or a Sunday'
) COMMENT = 'The calendar of the days with viewing or reported revenue';

CREATE TABLE IF NOT EXISTS ANALYTICS.AD_REVENUE_REPORTED (
    CHANNEL_ID   VARCHAR(32)   NOT NULL COMMENT 'The channel, as in DIM_CHANNEL',
    CHANNEL_NAME VARCHAR(200)           COMMENT 'The channel''s name in the report',
    DATE         DATE          NOT NULL COMMENT 'The day, UTC',
    AD_REVENUE   NUMBER(12,2)  NOT NULL COMMENT 'Reported revenue of the day, US dollars and cents'
) COMMENT = 'Advertising revenue as reported by the ad server, a row a channel and day';

CREATE TABLE IF NOT EXISTS OPS.RECORDS (
    STREAM_NAME     VARCHAR(128)      NOT NULL COMMENT 'The stream',
    PARTITION_KEY   VARCHAR(256)      NOT NULL COMMENT 'The record''s partition key',
    SEQUENCE_NUMBER VARCHAR(129)      NOT NULL COMMENT 'The record''s sequence number, decimal digits',
    ARRIVED_AT      TIMESTAMP_NTZ(6)  NOT NULL COMMENT 'When the stream took the record, UTC',
    EXPORT_ID       VARCHAR(64)       NOT NULL COMMENT 'The export that first named the record'
) COMMENT = 'Every record the lake took in: each must be loaded, quarantined or a duplicate';

CREATE TABLE IF NOT EXISTS OPS.QUARANTINE (
    STREAM_NAME     VARCHAR(128)      NOT NULL COMMENT 'The stream',
    PARTITION_KEY   VARCHAR(256)      NOT NULL COMMENT 'The record''s partition key',
    SEQUENCE_NUMBER VARCHAR(129)      NOT NULL COMMENT 'The record''s sequence number, decimal digits',
    ARRIVED_AT      TIMESTAMP_NTZ(6)  NOT NULL COMMENT 'When the stream took the record, UTC',
    REASON          VARCHAR(32)       NOT NULL COMMENT 'Why the record was refused, a code',
    SENTENCE        VARCHAR(1000)              COMMENT 'Why the record was refused, for people',
    FIELD           VARCHAR(64)                COMMENT 'The field at fault, where there is one',
    VALUE           VARCHAR                    COMMENT 'The value at fault, where there is one',
    DATA            BINARY                     COMMENT 'The record''s raw bytes',
    EXPORT_ID       VARCHAR(64)       NOT NULL COMMENT 'The export that brought the row',
    LOADED_AT       TIMESTAMP_NTZ(6)  NOT NULL COMMENT 'When the row was loaded, UTC'
) COMMENT = 'Records refused, with the reason';

CREATE TABLE IF NOT EXISTS OPS.DUPLICATES (
    STREAM_NAME     VARCHAR(128)      NOT NULL COMMENT 'The stream',
    PARTITION_KEY   VARCHAR(256)      NOT NULL COMMENT 'The record''s partition key',
    SEQUENCE_NUMBER VARCHAR(129)      NOT NULL COMMENT 'The record''s sequence number, decimal digits',
    ARRIVED_AT      TIMESTAMP_NTZ(6)  NOT NULL COMMENT 'When the stream took the record, UTC',
    EVENT_ID        VARCHAR(64)       NOT NULL COMMENT 'The event, which a newer record brought',
    EXPORT_ID       VARCHAR(64)       NOT NULL COMMENT 'The export that brought the row',
    LOADED_AT       TIMESTAMP_NTZ(6)  NOT NULL COMMENT 'When the row was loaded, UTC'
) COMMENT = 'Records that lost against another record of the same event';

CREATE TABLE IF NOT EXISTS OPS.LOADS (
    EXPORT_ID       VARCHAR(64)       NOT NULL COMMENT 'The export',
    VIEWERSHIP_ROWS NUMBER(38,0)      NOT NULL COMMENT 'Viewing events in the export',
    QUARANTINE_ROWS NUMBER(38,0)      NOT NULL COMMENT 'Quarantined records in the export',
    DUPLICATE_ROWS  NUMBER(38,0)      NOT NULL COMMENT 'Duplicate records in the export',
    RECORD_ROWS     NUMBER(38,0)      NOT NULL COMMENT 'Records in the export',
    MINUTES         NUMBER(38,0)      NOT NULL COMMENT 'Minutes watched in the export''s viewing events',
    AD_REVENUE      NUMBER(38,2)      NOT NULL COMMENT 'Advertising revenue of the export''s viewing events',
    LOADED_AT       TIMESTAMP_NTZ(6)  NOT NULL COMMENT 'When the export was last loaded, UTC'
) COMMENT = 'Exports loaded, with their totals';

CREATE TABLE IF NOT EXISTS OPS.LEDGER (
    RUN_ID      VARCHAR(250)      NOT NULL COMMENT 'The pipeline run that counted',
    RECORDS     NUMBER(38,0)      NOT NULL COMMENT 'Records looked at: that arrived since the first one the run touched',
    LOADED      NUMBER(38,0)      NOT NULL COMMENT 'Of those, in VIEWERSHIP_LOGS',
    QUARANTINED NUMBER(38,0)      NOT NULL COMMENT 'Of those, in QUARANTINE',
    DUPLICATES  NUMBER(38,0)      NOT NULL COMMENT 'Of those, in DUPLICATES',
    UNACCOUNTED NUMBER(38,0)      NOT NULL COMMENT 'Of those, in none of the three',
    CONTESTED   NUMBER(38,0)      NOT NULL COMMENT 'Of those, in more than one place or more than once',
    BALANCED    BOOLEAN           NOT NULL COMMENT 'Whether every record is in exactly one place',
    CHECKED_AT  TIMESTAMP_NTZ(6)  NOT NULL COMMENT 'When it was counted, UTC'
) COMMENT = 'The books at the end of each pipeline run';
