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
    AVERAGE_COMPLETION FLOAT            NOT NULL COMMENT 'Mean share of the title watched, in percent'
) COMMENT = 'A row a channel and hour with viewing';

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
    DIFFERENCE   NUMBER(38,2)           COMMENT 'Observed less reported; none where nothing was reported'
) COMMENT = 'Advertising revenue observed against reported, a row a channel and day';
