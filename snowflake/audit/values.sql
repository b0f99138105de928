-- Audit of what is staged: fields with a list of values hold one of them. Returns up to 20 rows at fault, with what is
-- wrong, or none when all is well.
SELECT EXPORT_ID, EVENT_ID, STREAM_NAME, PARTITION_KEY, SEQUENCE_NUMBER, 'not one of the values: ' || UNKNOWN AS FAULT
FROM (
    SELECT
        EXPORT_ID, EVENT_ID, STREAM_NAME, PARTITION_KEY, SEQUENCE_NUMBER,
        IFF(
            GENRE NOT IN ('news', 'sports', 'drama', 'comedy', 'documentary', 'kids', 'music', 'reality'),
            'GENRE = ' || GENRE || ' ', ''
        )
        || IFF(
            REGION NOT IN ('NA', 'LATAM', 'EMEA', 'APAC'),
            'REGION = ' || REGION || ' ', ''
        )
        || IFF(
            SUBSCRIPTION_TYPE NOT IN ('free', 'basic', 'standard', 'premium'),
            'SUBSCRIPTION_TYPE = ' || SUBSCRIPTION_TYPE || ' ', ''
        )
        || IFF(
            DEVICE NOT IN ('tv', 'mobile', 'tablet', 'desktop', 'console'),
            'DEVICE = ' || DEVICE || ' ', ''
        )
        || IFF(
            PLATFORM NOT IN ('android', 'ios', 'web', 'roku', 'fire_tv', 'apple_tv', 'playstation', 'xbox'),
            'PLATFORM = ' || PLATFORM || ' ', ''
        )
        || IFF(SCHEMA_VERSION NOT IN (1), 'SCHEMA_VERSION = ' || SCHEMA_VERSION || ' ', '') AS UNKNOWN
    FROM STAGING.VIEWERSHIP
)
WHERE UNKNOWN <> ''
UNION ALL
SELECT
    EXPORT_ID, NULL, STREAM_NAME, PARTITION_KEY, SEQUENCE_NUMBER,
    'no reason of quarantine: ' || COALESCE(REASON, 'NULL')
FROM STAGING.QUARANTINE
WHERE COALESCE(REASON, '') NOT IN (
    'too_large', 'not_utf8', 'not_json', 'not_an_object', 'missing_field',
    'wrong_type', 'out_of_range', 'unknown_channel', 'future_timestamp', 'too_old'
)
LIMIT 20
