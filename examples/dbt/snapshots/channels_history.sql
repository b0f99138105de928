{% snapshot channels_history %}
{{ config(unique_key='channel', strategy='check', check_cols=['region']) }}
select channel, region from {{ ref('channels') }}
{% endsnapshot %}
