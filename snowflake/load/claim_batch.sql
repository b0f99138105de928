-- Publish: make sure that what lies in staging is the batch of this run, and that it was audited as it lies there. It
-- changes a row for each export of the batch and keeps every other writer away from it until the transaction ends.
-- Bound: run_id.
UPDATE STAGING.BATCH SET PUBLISHED_AT = SYSDATE() WHERE RUN_ID = %(run_id)s AND AUDITED_AT IS NOT NULL;
