-- Write: note an export that lies in staging, with what the lake says it holds. Run inside the batch's transaction.
-- Bound: export_id, events, minutes, ad_revenue, first_arrival as in the export's marker; run_id.
INSERT INTO STAGING.BATCH (EXPORT_ID, EVENTS, MINUTES, AD_REVENUE, FIRST_ARRIVAL, RUN_ID, STAGED_AT)
SELECT
    %(export_id)s, %(events)s, %(minutes)s, CAST(%(ad_revenue)s AS NUMBER(38, 2)),
    CAST(%(first_arrival)s AS TIMESTAMP_NTZ(6)), %(run_id)s, SYSDATE();
