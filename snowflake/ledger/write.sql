-- Close the books of a pipeline run: one row in OPS.LEDGER, written again without effect on others.
-- It counts what arrived since the first record that the run's exports touch: a run that fails leaves its exports in the
-- outbox, so that the next one counts them again. `lab ledger` counts everything.
-- Bound: run_id, first_arrival. Run inside one transaction.
DELETE FROM OPS.LEDGER WHERE RUN_ID = %(run_id)s;

INSERT INTO OPS.LEDGER (
    RUN_ID, RECORDS, LOADED, QUARANTINED, DUPLICATES, UNACCOUNTED, CONTESTED, BALANCED, CHECKED_AT
)
SELECT
    %(run_id)s, COUNT(*), COUNT_IF(LOADED > 0), COUNT_IF(QUARANTINED > 0), COUNT_IF(DUPLICATES > 0),
    COUNT_IF(LOADED + QUARANTINED + DUPLICATES = 0), COUNT_IF(LOADED + QUARANTINED + DUPLICATES > 1),
    COUNT_IF(LOADED + QUARANTINED + DUPLICATES <> 1) = 0, SYSDATE()
FROM OPS.RECORD_FATES
WHERE ARRIVED_AT >= %(first_arrival)s;
