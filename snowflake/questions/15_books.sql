-- Is every record accounted for?
-- The ledger by day of arrival: loaded, quarantined and duplicates add up to the records that arrived.
SELECT DAY, RECORDS, LOADED, QUARANTINED, DUPLICATES, UNACCOUNTED, CONTESTED, BALANCED
FROM OPS.LEDGER_DAILY
ORDER BY DAY
