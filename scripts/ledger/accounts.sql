-- The ledger's arithmetic, over one table a place (see evidence.py). One row an account: a record seen anywhere.
-- The variable run_id restricts it to the records that one run claimed; NULL takes all. The variable max_age_days is how
-- far apart versions of one event may lie: an id names an event within it.

-- A record is named by stream, sequence number (digits) and partition key (anything): unambiguous in this order.
CREATE MACRO named(stream_name, sequence_number, partition_key) AS
    stream_name || '/' || sequence_number || '/' || partition_key;

-- Every sighting of every record. Only in the warehouse does it matter how often.
CREATE TEMP VIEW sightings AS
    SELECT named(stream_name, sequence_number, partition_key) AS record, 'claims' AS place, run_id, event_id, kind
    FROM claims
    UNION ALL SELECT named(stream_name, sequence_number, partition_key), 'received', NULL, NULL, NULL FROM received
    UNION ALL SELECT named(stream_name, sequence_number, partition_key), 'bronze', NULL, NULL, NULL FROM bronze
    UNION ALL SELECT named(stream_name, sequence_number, partition_key), 'silver', NULL, NULL, NULL FROM silver
    UNION ALL SELECT named(stream_name, sequence_number, partition_key), 'silver', NULL, NULL, NULL FROM silver_quarantine
    UNION ALL SELECT named(stream_name, sequence_number, partition_key), 'silver', NULL, NULL, NULL FROM silver_duplicates
    UNION ALL SELECT named(stream_name, sequence_number, partition_key), 'loaded', NULL, event_id, NULL FROM loaded
    UNION ALL SELECT named(stream_name, sequence_number, partition_key), 'quarantine', NULL, NULL, reason FROM quarantine
    UNION ALL SELECT named(stream_name, sequence_number, partition_key), 'duplicates', NULL, event_id, NULL FROM duplicates;

CREATE TEMP TABLE accounts AS
    SELECT
        record,
        max(run_id) AS run_id,
        max(event_id) FILTER (place = 'claims') AS claimed_event_id,
        max(event_id) FILTER (place IN ('loaded', 'duplicates')) AS event_id,
        max(kind) FILTER (place = 'claims') AS claimed_kind,
        max(kind) FILTER (place = 'quarantine') AS reason,
        bool_or(place = 'claims') AS claimed,
        bool_or(place = 'received') AS received,
        bool_or(place = 'bronze') AS bronze,
        bool_or(place = 'silver') AS silver,
        count(*) FILTER (place = 'loaded') AS loaded,
        count(*) FILTER (place = 'quarantine') AS quarantined,
        count(*) FILTER (place = 'duplicates') AS duplicates,
        CASE
            WHEN bool_or(place = 'loaded') THEN 'the warehouse, ANALYTICS.VIEWERSHIP_LOGS'
            WHEN bool_or(place = 'quarantine') THEN 'the warehouse, OPS.QUARANTINE'
            WHEN bool_or(place = 'duplicates') THEN 'the warehouse, OPS.DUPLICATES'
            WHEN bool_or(place = 'silver') THEN 'the lake, media_silver'
            WHEN bool_or(place = 'bronze') THEN 'the lake, media_bronze'
            WHEN bool_or(place = 'received') THEN 'the raw archive'
            ELSE 'the producer''s claim'
        END AS last_seen
    FROM sightings
    GROUP BY record
    HAVING getvariable('run_id') IS NULL OR max(run_id) = getvariable('run_id');

CREATE TEMP TABLE loaded_events AS SELECT DISTINCT event_id FROM loaded;

-- The rows of each loaded event, itself among them: those of its id that could be versions of it.
CREATE TEMP TABLE doubled_events AS
    SELECT record, times FROM (
        SELECT
            named(stream_name, sequence_number, partition_key) AS record,
            count(*) OVER (
                PARTITION BY event_id ORDER BY timestamp
                RANGE BETWEEN to_days(getvariable('max_age_days')) PRECEDING
                    AND to_days(getvariable('max_age_days')) FOLLOWING
            ) AS times
        FROM loaded
    ) WHERE times > 1;

CREATE TEMP VIEW loaded_totals AS
    SELECT count(*) AS events, coalesce(sum(minutes), 0) AS minutes, coalesce(sum(revenue), 0) AS revenue FROM loaded;

-- Everything that does not add up: the rule that was broken, on which account, and why.
CREATE TEMP TABLE imbalances AS
    SELECT 'in_flight' AS rule, record, 'it has not reached the warehouse' AS why
    FROM accounts WHERE loaded + quarantined + duplicates = 0
    UNION ALL
    SELECT 'not_received', record,
        CASE WHEN claimed THEN 'it was claimed, but' ELSE 'it was seen, but' END || ' the raw archive never received it'
    FROM accounts WHERE NOT received
    UNION ALL
    SELECT 'two_fates', record,
        'it is ' || concat_ws(' and ',
            CASE WHEN loaded > 0 THEN 'loaded' END,
            CASE WHEN quarantined > 0 THEN 'quarantined' END,
            CASE WHEN duplicates > 0 THEN 'a duplicate' END)
    FROM accounts WHERE (loaded > 0)::INT + (quarantined > 0)::INT + (duplicates > 0)::INT > 1
    UNION ALL
    SELECT 'doubled', record,
        'the warehouse holds it ' || greatest(loaded, quarantined, duplicates) || ' times in one table'
    FROM accounts WHERE greatest(loaded, quarantined, duplicates) > 1
    UNION ALL
    SELECT 'event_doubled', record, 'its event is in VIEWERSHIP_LOGS ' || times || ' times'
    FROM accounts JOIN doubled_events USING (record) WHERE loaded = 1
    UNION ALL
    SELECT 'duplicate_of_nothing', record, 'it is a duplicate of an event that is not loaded'
    FROM accounts ANTI JOIN loaded_events USING (event_id) WHERE duplicates > 0
    UNION ALL
    SELECT 'other_event', record, 'it was claimed as event ' || claimed_event_id
    FROM accounts WHERE claimed_event_id <> event_id
    UNION ALL
    SELECT 'mart', mart,
        'it adds up to ' || concat_ws(', ', marts.events || ' events', marts.minutes || ' minutes', 'revenue ' || marts.revenue)
        || '; the loaded events to ' || totals.events || ' events, ' || totals.minutes || ' minutes, revenue ' || totals.revenue
    FROM marts, loaded_totals AS totals
    WHERE marts.events <> totals.events OR marts.minutes <> totals.minutes OR marts.revenue <> totals.revenue;

-- Figures in the order of model.Counts: of each run, and of everything (total).
CREATE TEMP VIEW counts AS
    SELECT
        grouping(run_id) = 1 AS total,
        run_id,
        count(*) FILTER (claimed) AS produced,
        count(*) FILTER (received) AS received,
        count(*) FILTER (NOT claimed) AS unclaimed,
        count(*) FILTER (bronze) AS bronze,
        count(*) FILTER (silver) AS silver,
        count(*) FILTER (loaded > 0) AS loaded,
        count(*) FILTER (quarantined > 0) AS quarantined,
        count(*) FILTER (duplicates > 0) AS duplicates,
        count(*) FILTER (loaded + quarantined + duplicates = 0) AS in_flight,
        coalesce(sum(loaded), 0)::BIGINT AS warehouse
    FROM accounts
    GROUP BY GROUPING SETS ((), (run_id));
