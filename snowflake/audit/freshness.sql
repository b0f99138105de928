-- Audit of what is staged: records arrived since their export's first arrival, and none in the future. Returns up to 20
-- rows at fault, with what is wrong, or none when all is well.
SELECT
    r.EXPORT_ID, NULL AS EVENT_ID, r.STREAM_NAME, r.PARTITION_KEY, r.SEQUENCE_NUMBER,
    'arrived at ' || r.ARRIVED_AT || ', not from ' || b.FIRST_ARRIVAL || ' to now' AS FAULT
FROM STAGING.RECORDS AS r
JOIN STAGING.BATCH AS b ON b.EXPORT_ID = r.EXPORT_ID
WHERE r.ARRIVED_AT < b.FIRST_ARRIVAL OR r.ARRIVED_AT > DATEADD('MINUTE', 5, SYSDATE())
LIMIT 20
