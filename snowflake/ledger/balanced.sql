-- Whether the books of a pipeline run balance. For SQLCheckOperator: one row of booleans, all true when they do.
-- Bound: run_id. On failure ledger/unbalanced.sql names the records.
SELECT
    COUNT(*) = 1 AS WRITTEN,
    COALESCE(MAX(UNACCOUNTED), -1) = 0 AS NONE_UNACCOUNTED,
    COALESCE(MAX(CONTESTED), -1) = 0 AS NONE_CONTESTED
FROM OPS.LEDGER
WHERE RUN_ID = %(run_id)s
