-- How late do events arrive?
-- Whole days from the beginning of a viewing to its arrival; each late event has corrected the marts of its own day.
WITH arrivals AS (
    SELECT *, CAST(FLOOR(DATEDIFF('SECOND', TIMESTAMP, ARRIVED_AT) / 86400) AS NUMBER(38, 0)) AS DAYS_LATE
    FROM ANALYTICS.VIEWERSHIP_LOGS
)
SELECT
    DAYS_LATE, COUNT(*) AS EVENTS, SUM(DURATION_MINUTES) AS MINUTES, SUM(AD_REVENUE) AS REVENUE,
    CAST(100 * COUNT(*) / SUM(COUNT(*)) OVER () AS NUMBER(12, 1)) AS PERCENT
FROM arrivals
GROUP BY DAYS_LATE
ORDER BY DAYS_LATE
