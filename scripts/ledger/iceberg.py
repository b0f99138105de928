"""The lake's tables, read through the Glue catalog.

pyiceberg's file access does not read AWS_ENDPOINT_URL, while its catalog does. So both take what boto3 made of the
environment: the endpoint and the keys are named nowhere here, and the same code reads AWS.
"""

from __future__ import annotations

import boto3
import pyarrow as pa
from pyiceberg.catalog.glue import GlueCatalog
from pyiceberg.exceptions import NoSuchTableError

from scripts.ledger.evidence import EVENTS, RECORDS, REFUSED

BRONZE = ("media_bronze.viewership_records", RECORDS, ("streamName", "partitionKey", "sequenceNumber"))
SILVER = ("media_silver.viewership", EVENTS, tuple(EVENTS.names))
SILVER_QUARANTINE = ("media_silver.quarantine", REFUSED, tuple(REFUSED.names))
SILVER_DUPLICATES = ("media_silver.duplicates", EVENTS, tuple(EVENTS.names))

Source = tuple[str, pa.Schema, tuple[str, ...]]
"""A table's name, the schema the ledger wants, and the columns it is read from, in that order."""


def catalog(session: boto3.Session) -> GlueCatalog:
    """The Glue catalog as the session's environment says."""
    properties: dict[str, str] = {"s3.endpoint": session.client("s3").meta.endpoint_url}
    if session.region_name:
        properties["s3.region"] = session.region_name
    if credentials := session.get_credentials():
        frozen = credentials.get_frozen_credentials()
        given = {
            "s3.access-key-id": frozen.access_key,
            "s3.secret-access-key": frozen.secret_key,
            "s3.session-token": frozen.token,
        }
        properties |= {name: value for name, value in given.items() if value}
    return GlueCatalog("glue", client=session.client("glue"), **properties)


def read(lake: GlueCatalog, source: Source) -> pa.Table | None:
    """The columns the ledger needs of a table; None when there is no such table yet."""
    name, schema, columns = source
    try:
        table = lake.load_table(name)
    except NoSuchTableError:
        return None
    # Tables are read in the order of their own schema, which is nobody's business here.
    return table.scan(selected_fields=columns).to_arrow().select(columns).rename_columns(schema.names).cast(schema)
