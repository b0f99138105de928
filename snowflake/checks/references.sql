-- Viewing events name known channels. For SQLCheckOperator: one row of booleans, all true when they do.
SELECT COUNT(*) = 0 AS CHANNELS_KNOWN
FROM ANALYTICS.VIEWERSHIP_LOGS AS l
WHERE NOT EXISTS (SELECT 1 FROM ANALYTICS.DIM_CHANNEL AS c WHERE c.CHANNEL_ID = l.CHANNEL_ID)
