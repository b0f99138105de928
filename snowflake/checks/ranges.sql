-- Viewing events lie in the ranges of their schema. For SQLCheckOperator: one row of booleans, all true when they do.
-- Looks at what arrived since the first record that the run's exports touch (template value first_arrival(ti)): a run
-- that fails leaves its exports in the outbox, so that the next one looks at them again.
SELECT
    COUNT_IF(DURATION_MINUTES NOT BETWEEN 0 AND 1440) = 0 AS DURATION_MINUTES_IN_RANGE,
    COUNT_IF(ADS_WATCHED NOT BETWEEN 0 AND 1000) = 0 AS ADS_WATCHED_IN_RANGE,
    COUNT_IF(AD_REVENUE < 0) = 0 AS AD_REVENUE_IN_RANGE,
    COUNT_IF(ENGAGEMENT_SCORE NOT BETWEEN 0 AND 1) = 0 AS ENGAGEMENT_SCORE_IN_RANGE,
    COUNT_IF(BUFFER_COUNT NOT BETWEEN 0 AND 100000) = 0 AS BUFFER_COUNT_IN_RANGE,
    COUNT_IF(COMPLETION_PERCENTAGE NOT BETWEEN 0 AND 100) = 0 AS COMPLETION_PERCENTAGE_IN_RANGE,
    COUNT_IF(TIMESTAMP > DATEADD('HOUR', 1, ARRIVED_AT)) = 0 AS TIMESTAMP_NOT_IN_THE_FUTURE,
    COUNT_IF(TIMESTAMP < DATEADD('DAY', -30, ARRIVED_AT)) = 0 AS TIMESTAMP_NOT_TOO_OLD
FROM ANALYTICS.VIEWERSHIP_LOGS
WHERE ARRIVED_AT >= '{{ first_arrival(ti) }}'
