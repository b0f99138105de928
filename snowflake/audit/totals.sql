-- Audit of what is staged: each export holds the events, minutes and revenue that the lake says, to the cent, and as
-- many rows of each other table. Returns up to 20 exports at fault, with what is wrong, or none when all is well.
SELECT
    b.EXPORT_ID, NULL AS EVENT_ID, NULL AS STREAM_NAME, NULL AS PARTITION_KEY, NULL AS SEQUENCE_NUMBER,
    'the lake says ' || b.EVENTS || ' events, ' || b.MINUTES || ' minutes, ' || b.AD_REVENUE || ' dollars, staged are '
        || t.VIEWERSHIP_ROWS || ', ' || t.MINUTES || ', ' || t.AD_REVENUE AS FAULT
FROM STAGING.BATCH AS b
JOIN STAGING.TOTALS AS t ON t.EXPORT_ID = b.EXPORT_ID
WHERE b.EVENTS <> t.VIEWERSHIP_ROWS OR b.MINUTES <> t.MINUTES OR b.AD_REVENUE <> t.AD_REVENUE
UNION ALL
SELECT
    b.EXPORT_ID, NULL, NULL, NULL, NULL,
    'the lake says ' || b.RECORD_ROWS || ' records, ' || b.QUARANTINE_ROWS || ' quarantined, ' || b.DUPLICATE_ROWS
        || ' duplicates, ' || b.CHANNEL_ROWS || ' channels, ' || b.VIEWER_ROWS || ' viewers, ' || b.REPORT_ROWS
        || ' days of reported revenue, staged are ' || t.RECORD_ROWS || ', ' || t.QUARANTINE_ROWS || ', '
        || t.DUPLICATE_ROWS || ', ' || t.CHANNEL_ROWS || ', ' || t.VIEWER_ROWS || ', ' || t.REPORT_ROWS
FROM STAGING.BATCH AS b
JOIN STAGING.TOTALS AS t ON t.EXPORT_ID = b.EXPORT_ID
WHERE b.RECORD_ROWS <> t.RECORD_ROWS OR b.QUARANTINE_ROWS <> t.QUARANTINE_ROWS OR b.DUPLICATE_ROWS <> t.DUPLICATE_ROWS
    OR b.CHANNEL_ROWS <> t.CHANNEL_ROWS OR b.VIEWER_ROWS <> t.VIEWER_ROWS OR b.REPORT_ROWS <> t.REPORT_ROWS
UNION ALL
SELECT DISTINCT v.EXPORT_ID, NULL, NULL, NULL, NULL, 'rows of an export that is not in the batch'
FROM STAGING.VIEWERSHIP AS v
WHERE v.EXPORT_ID NOT IN (SELECT EXPORT_ID FROM STAGING.BATCH)
LIMIT 20
