-- Up to 20 records that are not in exactly one place, with the number of rows in each. No row when the books balance.
-- Bound: first_arrival.
SELECT STREAM_NAME, PARTITION_KEY, SEQUENCE_NUMBER, ARRIVED_AT, EXPORT_ID, LOADED, QUARANTINED, DUPLICATES
FROM OPS.RECORD_FATES
WHERE ARRIVED_AT >= %(first_arrival)s
    AND LOADED + QUARANTINED + DUPLICATES <> 1
ORDER BY ARRIVED_AT, SEQUENCE_NUMBER
LIMIT 20
