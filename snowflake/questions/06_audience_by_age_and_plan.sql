-- Who watches: how does each age group's time divide among the plans?
-- A mart turned on its side: one column a plan, in percent of the age group's minutes.
SELECT
    AGE_GROUP, SUM(MINUTES) AS MINUTES,
    CAST(100 * SUM(IFF(SUBSCRIPTION_TYPE = 'free', MINUTES, 0)) / SUM(MINUTES) AS NUMBER(12, 1)) AS FREE,
    CAST(100 * SUM(IFF(SUBSCRIPTION_TYPE = 'basic', MINUTES, 0)) / SUM(MINUTES) AS NUMBER(12, 1)) AS BASIC,
    CAST(100 * SUM(IFF(SUBSCRIPTION_TYPE = 'standard', MINUTES, 0)) / SUM(MINUTES) AS NUMBER(12, 1)) AS STANDARD,
    CAST(100 * SUM(IFF(SUBSCRIPTION_TYPE = 'premium', MINUTES, 0)) / SUM(MINUTES) AS NUMBER(12, 1)) AS PREMIUM
FROM ANALYTICS.AUDIENCE
GROUP BY AGE_GROUP
ORDER BY AGE_GROUP
