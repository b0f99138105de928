{{ config(materialized='view') }}
select id, channel, minutes from {{ ref('views') }} where minutes >= 20
