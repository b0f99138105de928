-- Whether an export arrived as the lake sent it. For SQLCheckOperator: one row of booleans, all true when it did.
-- Template values: export_id, events, minutes, ad_revenue, as in the export's marker.
SELECT
    COUNT(*) = 1 AS LOADED_ONCE,
    COALESCE(MAX(VIEWERSHIP_ROWS), -1) = {{ events }} AS EVENTS_MATCH,
    COALESCE(MAX(MINUTES), -1) = {{ minutes }} AS MINUTES_MATCH,
    COALESCE(MAX(AD_REVENUE), -1) = CAST('{{ ad_revenue }}' AS NUMBER(38, 2)) AS AD_REVENUE_MATCHES
FROM OPS.LOADS
WHERE EXPORT_ID = '{{ export_id }}'
