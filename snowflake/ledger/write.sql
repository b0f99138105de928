-- Close the books of a pipeline run: one row in OPS.LEDGER, written again without effect on others.
-- Template value: run_id (Airflow gives it). Run by SQLExecuteQueryOperator(split_statements=True).
BEGIN;

DELETE FROM OPS.LEDGER WHERE RUN_ID = '{{ run_id }}';

INSERT INTO OPS.LEDGER (
    RUN_ID, RECORDS, LOADED, QUARANTINED, DUPLICATES, UNACCOUNTED, CONTESTED, BALANCED, CHECKED_AT
)
SELECT
    '{{ run_id }}', COUNT(*), COUNT_IF(LOADED > 0), COUNT_IF(QUARANTINED > 0), COUNT_IF(DUPLICATES > 0),
    COUNT_IF(LOADED + QUARANTINED + DUPLICATES = 0), COUNT_IF(LOADED + QUARANTINED + DUPLICATES > 1),
    COUNT_IF(LOADED + QUARANTINED + DUPLICATES <> 1) = 0, SYSDATE()
FROM OPS.RECORD_FATES;

COMMIT;
