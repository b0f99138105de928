"""Roles, grants, warehouses and resource monitors, kept and shown without any effect; users and storage integrations.

Whoever may log in may do all here, and the local warehouse computes in its own process. These statements do to the
account's list of objects what Snowflake would do to it, so that the same files run here and there and can be looked at;
nobody is refused anything and nothing runs faster for it. Users log in by their keys, though, and stages reach S3 by
their storage integrations.

- ``objects``  CREATE, ALTER and DROP of a user, role, warehouse, resource monitor or integration
- ``users``    their keys
- ``storage_integrations``  the AWS user and external id that roles trust, and the places they open
- ``grants``   GRANT and REVOKE
- ``shown``    SHOW
- ``current``  USE ROLE and USE WAREHOUSE, CURRENT_ROLE() and CURRENT_WAREHOUSE()
- ``answers``  which of these a statement is
"""
