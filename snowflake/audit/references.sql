-- Audit of what is staged: viewing events name channels that the channel metadata has. Returns up to 20 rows at fault,
-- with what is wrong, or none when all is well.
SELECT EXPORT_ID, EVENT_ID, STREAM_NAME, PARTITION_KEY, SEQUENCE_NUMBER, 'unknown channel: ' || CHANNEL_ID AS FAULT
FROM STAGING.VIEWERSHIP AS v
WHERE NOT EXISTS (SELECT 1 FROM STAGING.CHANNELS AS s WHERE s.CHANNEL_ID = v.CHANNEL_ID)
    AND NOT EXISTS (SELECT 1 FROM ANALYTICS.DIM_CHANNEL AS c WHERE c.CHANNEL_ID = v.CHANNEL_ID)
LIMIT 20
