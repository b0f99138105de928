-- Why were records refused, and is it getting worse?
-- By reason: all records, those of the last day, and the day before.
WITH newest AS (
    SELECT MAX(DAY) AS DAY FROM ANALYTICS.QUARANTINE_DAILY
)
SELECT
    q.REASON, SUM(q.RECORDS) AS RECORDS, SUM(IFF(q.DAY = n.DAY, q.RECORDS, 0)) AS LAST_DAY,
    SUM(IFF(q.DAY = DATEADD('DAY', -1, n.DAY), q.RECORDS, 0)) AS DAY_BEFORE
FROM ANALYTICS.QUARANTINE_DAILY AS q
CROSS JOIN newest AS n
GROUP BY q.REASON
ORDER BY RECORDS DESC, q.REASON
