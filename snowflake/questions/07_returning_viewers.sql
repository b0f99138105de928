-- How many viewers come back the day after?
-- Each day's viewers joined with those of the next. The last day has no next one yet.
WITH days AS (
    SELECT DISTINCT DAY, USER_ID FROM ANALYTICS.VIEWER_SESSIONS
)
SELECT
    d.DAY, COUNT(*) AS VIEWERS, COUNT(n.USER_ID) AS RETURNED,
    CAST(100 * COUNT(n.USER_ID) / COUNT(*) AS NUMBER(12, 1)) AS PERCENT
FROM days AS d
LEFT JOIN days AS n ON n.USER_ID = d.USER_ID AND n.DAY = DATEADD('DAY', 1, d.DAY)
WHERE d.DAY < (SELECT MAX(DAY) FROM days)
GROUP BY d.DAY
ORDER BY d.DAY
