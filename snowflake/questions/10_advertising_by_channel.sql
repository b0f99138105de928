-- Which channels earn most from advertising, and how well are their viewings filled?
-- Fill is the share of viewings with at least one advertisement; per thousand is the revenue of 1,000 watched.
SELECT
    CHANNEL_NAME, SUM(OBSERVED) AS REVENUE, SUM(ADS_WATCHED) AS ADS,
    CAST(100 * SUM(AD_EVENTS) / SUM(EVENTS) AS NUMBER(12, 1)) AS FILL_PERCENT,
    CAST(1000 * SUM(OBSERVED) / NULLIF(SUM(ADS_WATCHED), 0) AS NUMBER(12, 2)) AS PER_THOUSAND
FROM ANALYTICS.AD_REVENUE
GROUP BY CHANNEL_ID, CHANNEL_NAME
ORDER BY REVENUE DESC, CHANNEL_ID
LIMIT 5
