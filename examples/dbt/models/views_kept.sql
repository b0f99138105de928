{{ config(materialized='incremental', unique_key='id') }}
select id, channel, minutes from {{ ref('views') }}
{% if is_incremental() %}where id >= (select max(id) from {{ this }}){% endif %}
