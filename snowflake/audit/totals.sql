-- Audit of what is staged: each export holds the events, minutes and revenue that the lake says, to the cent. Returns
-- up to 20 exports at fault, with what is wrong, or none when all is well.
SELECT
    b.EXPORT_ID, NULL AS EVENT_ID, NULL AS STREAM_NAME, NULL AS PARTITION_KEY, NULL AS SEQUENCE_NUMBER,
    'the lake says ' || b.EVENTS || ' events, ' || b.MINUTES || ' minutes, ' || b.AD_REVENUE || ' dollars, staged are '
        || t.VIEWERSHIP_ROWS || ', ' || t.MINUTES || ', ' || t.AD_REVENUE AS FAULT
FROM STAGING.BATCH AS b
JOIN STAGING.TOTALS AS t ON t.EXPORT_ID = b.EXPORT_ID
WHERE b.EVENTS <> t.VIEWERSHIP_ROWS OR b.MINUTES <> t.MINUTES OR b.AD_REVENUE <> t.AD_REVENUE
UNION ALL
SELECT DISTINCT v.EXPORT_ID, NULL, NULL, NULL, NULL, 'rows of an export that is not in the batch'
FROM STAGING.VIEWERSHIP AS v
WHERE v.EXPORT_ID NOT IN (SELECT EXPORT_ID FROM STAGING.BATCH)
LIMIT 20
