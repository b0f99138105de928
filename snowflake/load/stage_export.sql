-- Write: one export of the lake into staging, beside those of the same batch. Every file of it brings its EXPORT_ID.
-- A stage's path takes no bound value: the one template value, export_id, is of digits by its pattern
-- (dags/media_stream/outbox.py). Run inside the batch's transaction.

-- FORCE: staging was emptied by DELETE, which keeps the history of loaded files. PATTERN: a writer may leave other files
-- beside the Parquet ones. BINARY_AS_TEXT: the raw bytes of a quarantined record need not be text.
COPY INTO STAGING.VIEWERSHIP FROM @OPS.EXPORTS/viewership/{{ export_id }}/ PATTERN = '.*[.]parquet'
    FILE_FORMAT = (TYPE = PARQUET USE_LOGICAL_TYPE = TRUE) MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE FORCE = TRUE;
COPY INTO STAGING.QUARANTINE FROM @OPS.EXPORTS/quarantine/{{ export_id }}/ PATTERN = '.*[.]parquet'
    FILE_FORMAT = (TYPE = PARQUET USE_LOGICAL_TYPE = TRUE BINARY_AS_TEXT = FALSE)
    MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE FORCE = TRUE;
COPY INTO STAGING.DUPLICATES FROM @OPS.EXPORTS/duplicates/{{ export_id }}/ PATTERN = '.*[.]parquet'
    FILE_FORMAT = (TYPE = PARQUET USE_LOGICAL_TYPE = TRUE) MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE FORCE = TRUE;
COPY INTO STAGING.RECORDS FROM @OPS.EXPORTS/records/{{ export_id }}/ PATTERN = '.*[.]parquet'
    FILE_FORMAT = (TYPE = PARQUET USE_LOGICAL_TYPE = TRUE) MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE FORCE = TRUE;
COPY INTO STAGING.CHANNELS FROM @OPS.EXPORTS/channels/{{ export_id }}/ PATTERN = '.*[.]parquet'
    FILE_FORMAT = (TYPE = PARQUET USE_LOGICAL_TYPE = TRUE) MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE FORCE = TRUE;
COPY INTO STAGING.DEMOGRAPHICS FROM @OPS.EXPORTS/demographics/{{ export_id }}/ PATTERN = '.*[.]parquet'
    FILE_FORMAT = (TYPE = PARQUET USE_LOGICAL_TYPE = TRUE) MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE FORCE = TRUE;
COPY INTO STAGING.AD_REVENUE FROM @OPS.EXPORTS/ad_revenue/{{ export_id }}/ PATTERN = '.*[.]parquet'
    FILE_FORMAT = (TYPE = PARQUET USE_LOGICAL_TYPE = TRUE) MATCH_BY_COLUMN_NAME = CASE_INSENSITIVE FORCE = TRUE;
