-- Audit of what is staged: the numbers and times of viewing events lie in the ranges of the event's schema. Returns up
-- to 20 rows at fault, with what is wrong, or none when all is well.
SELECT EXPORT_ID, EVENT_ID, STREAM_NAME, PARTITION_KEY, SEQUENCE_NUMBER, 'out of range: ' || OUTSIDE AS FAULT
FROM (
    SELECT
        EXPORT_ID, EVENT_ID, STREAM_NAME, PARTITION_KEY, SEQUENCE_NUMBER,
        IFF(DURATION_MINUTES NOT BETWEEN 0 AND 1440, 'DURATION_MINUTES = ' || DURATION_MINUTES || ' ', '')
        || IFF(ADS_WATCHED NOT BETWEEN 0 AND 1000, 'ADS_WATCHED = ' || ADS_WATCHED || ' ', '')
        || IFF(AD_REVENUE NOT BETWEEN 0 AND 9999999999.99, 'AD_REVENUE = ' || AD_REVENUE || ' ', '')
        || IFF(ENGAGEMENT_SCORE NOT BETWEEN 0 AND 1, 'ENGAGEMENT_SCORE = ' || ENGAGEMENT_SCORE || ' ', '')
        || IFF(BUFFER_COUNT NOT BETWEEN 0 AND 100000, 'BUFFER_COUNT = ' || BUFFER_COUNT || ' ', '')
        || IFF(
            COMPLETION_PERCENTAGE NOT BETWEEN 0 AND 100, 'COMPLETION_PERCENTAGE = ' || COMPLETION_PERCENTAGE || ' ', ''
        )
        || IFF(TIMESTAMP > DATEADD('HOUR', 1, ARRIVED_AT), 'TIMESTAMP = ' || TIMESTAMP || ', after its arrival ', '')
        || IFF(TIMESTAMP < DATEADD('DAY', -30, ARRIVED_AT), 'TIMESTAMP = ' || TIMESTAMP || ', too old ', '')
        AS OUTSIDE
    FROM STAGING.VIEWERSHIP
)
WHERE OUTSIDE <> ''
LIMIT 20
