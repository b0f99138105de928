-- Does the advertising network report what the events say?
-- Days with a report for every channel that was watched; the money is exact, so a difference of a cent is one.
SELECT
    DAY, SUM(OBSERVED) AS OBSERVED_REVENUE, SUM(REPORTED) AS REPORTED_REVENUE, SUM(DIFFERENCE) AS OFF_BY,
    COUNT_IF(DIFFERENCE <> 0) AS CHANNELS_THAT_DIFFER, COUNT(*) AS CHANNELS
FROM ANALYTICS.AD_REVENUE
GROUP BY DAY
HAVING COUNT(*) = COUNT(REPORTED)
ORDER BY DAY
