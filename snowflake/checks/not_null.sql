-- No viewing event lacks a field. For SQLCheckOperator: one row of booleans, all true when it holds.
-- Looks at what arrived since the first record that the run's exports touch (template value first_arrival(ti)): a run
-- that fails leaves its exports in the outbox, so that the next one looks at them again.
SELECT
    COUNT(*) = COUNT(EVENT_ID) AS EVENT_ID_PRESENT,
    COUNT(*) = COUNT(SESSION_ID) AS SESSION_ID_PRESENT,
    COUNT(*) = COUNT(USER_ID) AS USER_ID_PRESENT,
    COUNT(*) = COUNT(CHANNEL_ID) AS CHANNEL_ID_PRESENT,
    COUNT(*) = COUNT(SHOW_NAME) AS SHOW_NAME_PRESENT,
    COUNT(*) = COUNT(TIMESTAMP) AS TIMESTAMP_PRESENT,
    COUNT(*) = COUNT(DURATION_MINUTES) AS DURATION_MINUTES_PRESENT,
    COUNT(*) = COUNT(AD_REVENUE) AS AD_REVENUE_PRESENT,
    COUNT(*) = COUNT(SEQUENCE_NUMBER) AS SEQUENCE_NUMBER_PRESENT,
    COUNT(*) = COUNT(ARRIVED_AT) AS ARRIVED_AT_PRESENT
FROM ANALYTICS.VIEWERSHIP_LOGS
WHERE ARRIVED_AT >= '{{ first_arrival(ti) }}'
