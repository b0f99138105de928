-- Write: note an export that lies in staging, with what the lake says it holds. Run inside the batch's transaction.
-- Bound: export_id, events, minutes, ad_revenue, first_arrival and <table>_rows as in the export's marker; run_id and
-- batch_id, which no other staging has.
INSERT INTO STAGING.BATCH (
    EXPORT_ID, EVENTS, MINUTES, AD_REVENUE, QUARANTINE_ROWS, DUPLICATE_ROWS, RECORD_ROWS, CHANNEL_ROWS, VIEWER_ROWS,
    REPORT_ROWS, FIRST_ARRIVAL, RUN_ID, BATCH_ID, STAGED_AT
)
SELECT
    %(export_id)s, %(events)s, %(minutes)s, CAST(%(ad_revenue)s AS NUMBER(38, 2)), %(quarantine_rows)s,
    %(duplicates_rows)s, %(records_rows)s, %(channels_rows)s, %(demographics_rows)s, %(ad_revenue_rows)s,
    CAST(%(first_arrival)s AS TIMESTAMP_NTZ(6)), %(run_id)s, %(batch_id)s, SYSDATE();
