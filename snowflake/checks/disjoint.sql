-- No record has two fates. For SQLCheckOperator: one row of booleans, all true when it holds.
-- Looks at what arrived since the first record that the run's exports touch (bound as first_arrival): a run
-- that fails leaves its exports in the outbox, so that the next one looks at them again.
WITH
    loaded AS (
        SELECT STREAM_NAME, PARTITION_KEY, SEQUENCE_NUMBER FROM ANALYTICS.VIEWERSHIP_LOGS
        WHERE ARRIVED_AT >= %(first_arrival)s
    ),
    quarantined AS (
        SELECT STREAM_NAME, PARTITION_KEY, SEQUENCE_NUMBER FROM OPS.QUARANTINE
        WHERE ARRIVED_AT >= %(first_arrival)s
    ),
    duplicates AS (
        SELECT STREAM_NAME, PARTITION_KEY, SEQUENCE_NUMBER FROM OPS.DUPLICATES
        WHERE ARRIVED_AT >= %(first_arrival)s
    )
SELECT
    (SELECT COUNT(*) FROM (SELECT * FROM loaded INTERSECT SELECT * FROM quarantined)) = 0 AS LOADED_NOT_QUARANTINED,
    (SELECT COUNT(*) FROM (SELECT * FROM loaded INTERSECT SELECT * FROM duplicates)) = 0 AS LOADED_NOT_DUPLICATE,
    (SELECT COUNT(*) FROM (SELECT * FROM quarantined INTERSECT SELECT * FROM duplicates)) = 0
        AS QUARANTINED_NOT_DUPLICATE
