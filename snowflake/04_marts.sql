-- Marts: small tables ready to look at. Each load rebuilds the days it touched.

USE DATABASE &{database};

CREATE TABLE IF NOT EXISTS ANALYTICS.HOURLY_CHANNEL_KPIS (
    HOUR               TIMESTAMP_NTZ(6) NOT NULL COMMENT 'The hour in which viewings began, UTC',
    CHANNEL_ID         VARCHAR(32)      NOT NULL COMMENT 'The channel, as in DIM_CHANNEL',
    CHANNEL_NAME       VARCHAR(200)     NOT NULL COMMENT 'The channel''s name in the events',
    EVENTS             NUMBER(38,0)     NOT NULL COMMENT 'Viewing events',
    VIEWERS            NUMBER(38,0)     NOT NULL COMMENT 'Different viewers',
    SESSIONS           NUMBER(38,0)     NOT NULL COMMENT 'Different player sessions',
    LIVE_EVENTS        NUMBER(38,0)     NOT NULL COMMENT 'Viewing events of live broadcasts',
    MINUTES            NUMBER(38,0)     NOT NULL COMMENT 'Minutes watched',
    ADS_WATCHED        NUMBER(38,0)     NOT NULL COMMENT 'Advertisements watched to the end',
    AD_REVENUE         NUMBER(38,2)     NOT NULL COMMENT 'Advertising revenue, US dollars and cents',
    BUFFERINGS         NUMBER(38,0)     NOT NULL COMMENT 'Times players stopped to buffer',
    AVERAGE_ENGAGEMENT FLOAT            NOT NULL COMMENT 'Mean engagement score, 0 to 1',
    AVERAGE_COMPLETION FLOAT            NOT NULL COMMENT 'Mean share of the title watched, in percent',
    PEAK_CONCURRENCY   NUMBER(38,0)     NOT NULL COMMENT 'Most viewings in progress at one moment of the hour, whenever they began'
) COMMENT = 'A row a channel and hour in which viewings began';

CREATE TABLE IF NOT EXISTS ANALYTICS.SHOWS (
    DAY                DATE             NOT NULL COMMENT 'The day, UTC',
    CHANNEL_ID         VARCHAR(32)      NOT NULL COMMENT 'The channel, as in DIM_CHANNEL',
    SHOW_NAME          VARCHAR(500)     NOT NULL COMMENT 'The title',
    GENRE              VARCHAR(32)      NOT NULL COMMENT 'The title''s genre',
    EVENTS             NUMBER(38,0)     NOT NULL COMMENT 'Viewing events',
    VIEWERS            NUMBER(38,0)     NOT NULL COMMENT 'Different viewers',
    MINUTES            NUMBER(38,0)     NOT NULL COMMENT 'Minutes watched',
    AD_REVENUE         NUMBER(38,2)     NOT NULL COMMENT 'Advertising revenue, US dollars and cents',
    AVERAGE_ENGAGEMENT FLOAT            NOT NULL COMMENT 'Mean engagement score, 0 to 1',
    AVERAGE_COMPLETION FLOAT            NOT NULL COMMENT 'Mean share of the title watched, in percent',
    DAY_RANK           NUMBER(38,0)     NOT NULL COMMENT 'Rank of the day by minutes watched, 1 is the most watched'
) COMMENT = 'A row a title, genre, channel and day with viewing';

CREATE TABLE IF NOT EXISTS ANALYTICS.AD_REVENUE (
    DAY          DATE          NOT NULL COMMENT 'The day, UTC',
    CHANNEL_ID   VARCHAR(32)   NOT NULL COMMENT 'The channel, as in DIM_CHANNEL',
    CHANNEL_NAME VARCHAR(200)           COMMENT 'The channel''s name',
    EVENTS       NUMBER(38,0)  NOT NULL COMMENT 'Viewing events',
    ADS_WATCHED  NUMBER(38,0)  NOT NULL COMMENT 'Advertisements watched to the end',
    OBSERVED     NUMBER(38,2)  NOT NULL COMMENT 'Revenue of the viewing events, US dollars and cents',
    REPORTED     NUMBER(38,2)           COMMENT 'Revenue the ad server reported; none where it reported nothing',
    DIFFERENCE   NUMBER(38,2)           COMMENT 'Observed less reported; none where nothing was reported',
    AD_EVENTS    NUMBER(38,0)  NOT NULL COMMENT 'Viewing events with at least one advertisement watched to the end',
    FILL_RATE    NUMBER(9,6)            COMMENT 'AD_EVENTS as a share of EVENTS, 0 to 1; none without events',
    PER_THOUSAND NUMBER(38,6)           COMMENT 'Observed revenue per thousand advertisements watched, US dollars; none without any'
) COMMENT = 'Advertising revenue observed against reported, a row a channel and day';

CREATE OR REPLACE VIEW ANALYTICS.SHOW_TRENDS (
    DAY COMMENT 'The day, UTC',
    CHANNEL_ID COMMENT 'The channel, as in DIM_CHANNEL',
    SHOW_NAME COMMENT 'The title',
    GENRE COMMENT 'The title''s genre',
    EVENTS COMMENT 'Viewing events',
    VIEWERS COMMENT 'Different viewers',
    MINUTES COMMENT 'Minutes watched',
    AD_REVENUE COMMENT 'Advertising revenue, US dollars and cents',
    AVERAGE_ENGAGEMENT COMMENT 'Mean engagement score, 0 to 1',
    AVERAGE_COMPLETION COMMENT 'Mean share of the title watched, in percent',
    DAY_RANK COMMENT 'Rank of the day by minutes watched, 1 is the most watched',
    PREVIOUS_RANK COMMENT 'Rank of the day before; none where the title was not watched then',
    RANK_CHANGE COMMENT 'Ranks climbed since the day before; negative where it fell',
    PREVIOUS_MINUTES COMMENT 'Minutes watched on the day before',
    MINUTES_CHANGE COMMENT 'Minutes watched more than on the day before'
) COMMENT = 'SHOWS with the trend of each title against the day before' AS
SELECT
    s.DAY, s.CHANNEL_ID, s.SHOW_NAME, s.GENRE, s.EVENTS, s.VIEWERS, s.MINUTES, s.AD_REVENUE, s.AVERAGE_ENGAGEMENT,
    s.AVERAGE_COMPLETION, s.DAY_RANK, p.DAY_RANK AS PREVIOUS_RANK, p.DAY_RANK - s.DAY_RANK AS RANK_CHANGE,
    p.MINUTES AS PREVIOUS_MINUTES, s.MINUTES - p.MINUTES AS MINUTES_CHANGE
FROM ANALYTICS.SHOWS AS s
LEFT JOIN ANALYTICS.SHOWS AS p
    ON p.DAY = DATEADD('DAY', -1, s.DAY) AND p.CHANNEL_ID = s.CHANNEL_ID AND p.SHOW_NAME = s.SHOW_NAME
    AND p.GENRE = s.GENRE;

CREATE TABLE IF NOT EXISTS ANALYTICS.AUDIENCE (
    DAY                DATE          NOT NULL COMMENT 'The day, UTC',
    AGE_GROUP          VARCHAR(32)   NOT NULL COMMENT 'The viewers'' age group, as in DIM_VIEWER',
    GENDER             VARCHAR(32)   NOT NULL COMMENT 'The viewers'' gender, as in DIM_VIEWER',
    REGION             VARCHAR(32)   NOT NULL COMMENT 'The viewers'' region in the events',
    SUBSCRIPTION_TYPE  VARCHAR(32)   NOT NULL COMMENT 'The viewers'' plan in the events',
    EVENTS             NUMBER(38,0)  NOT NULL COMMENT 'Viewing events',
    VIEWERS            NUMBER(38,0)  NOT NULL COMMENT 'Different viewers',
    MINUTES            NUMBER(38,0)  NOT NULL COMMENT 'Minutes watched',
    AVERAGE_COMPLETION FLOAT         NOT NULL COMMENT 'Mean share of the title watched, in percent',
    AD_REVENUE         NUMBER(38,2)  NOT NULL COMMENT 'Advertising revenue, US dollars and cents'
) COMMENT = 'Who watched: a row a day, age group, gender, region and plan';

CREATE TABLE IF NOT EXISTS ANALYTICS.VIEWER_SESSIONS (
    DAY            DATE              NOT NULL COMMENT 'The day, UTC; at midnight a new session begins',
    USER_ID        VARCHAR(64)       NOT NULL COMMENT 'The viewer, as in DIM_VIEWER',
    SESSION_NUMBER NUMBER(38,0)      NOT NULL COMMENT 'The sessions of a viewer and day, from 1',
    STARTED_AT     TIMESTAMP_NTZ(6)  NOT NULL COMMENT 'When the first viewing began, UTC',
    ENDED_AT       TIMESTAMP_NTZ(6)  NOT NULL COMMENT 'When the last viewing ended, UTC',
    EVENTS         NUMBER(38,0)      NOT NULL COMMENT 'Viewing events',
    CHANNELS       NUMBER(38,0)      NOT NULL COMMENT 'Different channels',
    MINUTES        NUMBER(38,0)      NOT NULL COMMENT 'Minutes watched',
    ADS_WATCHED    NUMBER(38,0)      NOT NULL COMMENT 'Advertisements watched to the end',
    AD_REVENUE     NUMBER(38,2)      NOT NULL COMMENT 'Advertising revenue, US dollars and cents'
) COMMENT = 'What a viewer watched without a break of more than half an hour';

CREATE TABLE IF NOT EXISTS ANALYTICS.QUALITY_OF_EXPERIENCE (
    DAY                 DATE          NOT NULL COMMENT 'The day, UTC',
    DEVICE              VARCHAR(32)   NOT NULL COMMENT 'The kind of device',
    PLATFORM            VARCHAR(32)   NOT NULL COMMENT 'The player''s platform',
    EVENTS              NUMBER(38,0)  NOT NULL COMMENT 'Viewing events',
    VIEWERS             NUMBER(38,0)  NOT NULL COMMENT 'Different viewers',
    MINUTES             NUMBER(38,0)  NOT NULL COMMENT 'Minutes watched',
    BUFFERINGS          NUMBER(38,0)  NOT NULL COMMENT 'Times players stopped to buffer',
    BUFFERED_EVENTS     NUMBER(38,0)  NOT NULL COMMENT 'Viewing events in which the player stopped to buffer',
    BUFFERINGS_PER_HOUR FLOAT                  COMMENT 'Times players stopped to buffer an hour watched; none without a minute',
    AVERAGE_COMPLETION  FLOAT         NOT NULL COMMENT 'Mean share of the title watched, in percent',
    AVERAGE_ENGAGEMENT  FLOAT         NOT NULL COMMENT 'Mean engagement score, 0 to 1'
) COMMENT = 'How well the players worked: a row a day, device and platform';
