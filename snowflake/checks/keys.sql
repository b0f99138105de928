-- Each key names one row. For SQLCheckOperator: one row of booleans, all true when it holds.
-- Looks at what arrived since the first record that the run's exports touch (bound as first_arrival): a run
-- that fails leaves its exports in the outbox, so that the next one looks at them again.
-- An id names an event within 30 days (jobs/versions.py): further apart, two rows of it are two events. Two rows within
-- 30 days arrived at most 60 days and the hour apart by which an event may be ahead of its arrival.
WITH
    neighbours AS (
        SELECT TIMESTAMP, LAG(TIMESTAMP) OVER (PARTITION BY EVENT_ID ORDER BY TIMESTAMP) AS EARLIER
        FROM ANALYTICS.VIEWERSHIP_LOGS
        WHERE ARRIVED_AT >= DATEADD('DAY', -61, CAST(%(first_arrival)s AS TIMESTAMP_NTZ))
            AND EVENT_ID IN (
                SELECT EVENT_ID FROM ANALYTICS.VIEWERSHIP_LOGS WHERE ARRIVED_AT >= %(first_arrival)s
            )
    )
SELECT
    (SELECT COUNT(*) FROM neighbours WHERE EARLIER >= DATEADD('DAY', -30, TIMESTAMP)) = 0 AS EVENT_IDS_UNIQUE,
    (SELECT COUNT(*) FROM (
        SELECT 1 FROM ANALYTICS.VIEWERSHIP_LOGS WHERE ARRIVED_AT >= %(first_arrival)s
        GROUP BY STREAM_NAME, PARTITION_KEY, SEQUENCE_NUMBER HAVING COUNT(*) > 1
    )) = 0 AS LOADED_RECORDS_UNIQUE,
    (SELECT COUNT(*) FROM (
        SELECT 1 FROM OPS.RECORDS WHERE ARRIVED_AT >= %(first_arrival)s
        GROUP BY STREAM_NAME, PARTITION_KEY, SEQUENCE_NUMBER HAVING COUNT(*) > 1
    )) = 0 AS RECORDS_UNIQUE,
    (SELECT COUNT(*) - COUNT(DISTINCT CHANNEL_ID) FROM ANALYTICS.DIM_CHANNEL) = 0 AS CHANNELS_UNIQUE,
    (SELECT COUNT(*) - COUNT(DISTINCT USER_ID) FROM ANALYTICS.DIM_VIEWER) = 0 AS VIEWERS_UNIQUE,
    (SELECT COUNT(*) - COUNT(DISTINCT DAY) FROM ANALYTICS.DIM_DATE) = 0 AS DATES_UNIQUE,
    (SELECT COUNT(*) FROM (
        SELECT 1 FROM ANALYTICS.DIM_SHOW GROUP BY SHOW_NAME, GENRE, CHANNEL_ID HAVING COUNT(*) > 1
    )) = 0 AS TITLES_UNIQUE,
    (SELECT COUNT(*) FROM (
        SELECT 1 FROM ANALYTICS.HOURLY_CHANNEL_KPIS
        WHERE HOUR >= DATEADD('DAY', -31, CAST(%(first_arrival)s AS TIMESTAMP_NTZ))
        GROUP BY HOUR, CHANNEL_ID HAVING COUNT(*) > 1
    )) = 0 AS HOURLY_CHANNEL_KPIS_UNIQUE,
    (SELECT COUNT(*) FROM (
        SELECT 1 FROM ANALYTICS.AD_REVENUE GROUP BY DAY, CHANNEL_ID HAVING COUNT(*) > 1
    )) = 0 AS AD_REVENUE_UNIQUE
