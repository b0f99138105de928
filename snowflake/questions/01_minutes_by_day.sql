-- How much is watched each day, and how much so far?
-- A mart, the calendar and a running total.
SELECT
    d.DAY, d.DAY_NAME, SUM(k.EVENTS) AS EVENTS, SUM(k.MINUTES) AS MINUTES,
    SUM(SUM(k.MINUTES)) OVER (ORDER BY d.DAY) AS MINUTES_SO_FAR
FROM ANALYTICS.HOURLY_CHANNEL_KPIS AS k
JOIN ANALYTICS.DIM_DATE AS d ON d.DAY = TO_DATE(k.HOUR)
GROUP BY d.DAY, d.DAY_NAME
ORDER BY d.DAY
