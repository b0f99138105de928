-- When did most people watch one channel at the same time, each day?
-- Concurrency is counted among viewings in progress, not among those that begin.
SELECT TO_DATE(HOUR) AS DAY, HOUR, CHANNEL_NAME, PEAK_CONCURRENCY, EVENTS
FROM ANALYTICS.HOURLY_CHANNEL_KPIS
QUALIFY ROW_NUMBER() OVER (PARTITION BY TO_DATE(HOUR) ORDER BY PEAK_CONCURRENCY DESC, HOUR, CHANNEL_ID) = 1
ORDER BY DAY
