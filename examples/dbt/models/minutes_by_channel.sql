{{ config(materialized='table') }}
select channel, sum(minutes) as minutes from {{ ref('views') }} group by channel
