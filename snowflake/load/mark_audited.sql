-- Audit: note that no row of the batch is at fault. Without effect where another batch has taken its place meanwhile.
-- Bound: batch_id.
UPDATE STAGING.BATCH SET AUDITED_AT = SYSDATE() WHERE BATCH_ID = %(batch_id)s;
