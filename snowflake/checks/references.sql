-- Viewing events name known channels. For SQLCheckOperator: one row of booleans, all true when they do.
-- Looks at what arrived since the first record that the run's exports touch (template value first_arrival(ti)): a run
-- that fails leaves its exports in the outbox, so that the next one looks at them again.
SELECT COUNT(*) = 0 AS CHANNELS_KNOWN
FROM ANALYTICS.VIEWERSHIP_LOGS AS l
WHERE l.ARRIVED_AT >= '{{ first_arrival(ti) }}'
    AND NOT EXISTS (SELECT 1 FROM ANALYTICS.DIM_CHANNEL AS c WHERE c.CHANNEL_ID = l.CHANNEL_ID)
