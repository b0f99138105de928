"""Going round: all the evidence, or an error that names the service that did not answer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import boto3
import pyarrow as pa
import snowflake.connector.errors as snowflake_errors
from botocore.exceptions import BotoCoreError, ClientError
from pyiceberg.catalog.glue import GlueCatalog

from scripts.errors import LabError, Unavailable
from scripts.generate.claims import declared_runs
from scripts.ledger import iceberg, objects, warehouse
from scripts.ledger.evidence import MARTS, Evidence
from scripts.ledger.objects import Lake
from scripts.warehouse import connect as default_connect


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the evidence is: the lake's bucket, the stream, the session for AWS, and how to reach the warehouse.

    The connection must have the database of the warehouse as its own; by default the profile says where it is.
    """

    session: boto3.Session
    bucket: str
    stream: str
    connect: warehouse.Connect = default_connect


def collect(sources: Sources, run_id: str | None = None) -> Evidence:
    """Everything there is to see; of the claims only those of ``run_id``, when one is given.

    Raises:
        Unavailable: a service does not answer. What cannot be seen is never taken for nothing.
        LabError: nothing was ever claimed under ``run_id``.
    """
    notes: list[str] = []
    # Against the stream's direction: whatever is seen at a later place was at the earlier ones before.
    with reaching("the warehouse (Snowflake)"):
        of_warehouse = _warehouse_tables(sources.connect, notes)
    with reaching("the lake's tables (Glue, Iceberg)"):
        of_lake = _lake_tables(iceberg.catalog(sources.session), notes)
    with reaching("the lake (S3)"):
        of_objects = _objects(sources, run_id, notes)
    return Evidence(**of_objects, **of_lake, **of_warehouse, notes=tuple(notes))


@contextmanager
def reaching(service: str) -> Iterator[None]:
    """Turn whatever says that a service does not answer into one sentence that names it."""
    try:
        yield
    except (
        BotoCoreError,
        ClientError,
        OSError,
        snowflake_errors.DatabaseError,
        snowflake_errors.InterfaceError,
    ) as error:
        raise Unavailable(f"The ledger cannot read {service}: {error}", next_command="make status") from error


def _objects(sources: Sources, run_id: str | None, notes: list[str]) -> dict[str, pa.Table]:
    lake = Lake(sources.session.client("s3"), sources.bucket)
    if not lake.exists():
        notes.append(f"There is no bucket {sources.bucket}: nothing has been deployed yet.")
        return {}
    received = objects.received(lake, sources.stream)
    claims = objects.claims(lake, sources.stream, run_id)
    if run_id and not len(claims):
        raise LabError(
            f"Nothing was ever claimed under {run_id!r}; the runs are listed by the ledger of everything.",
            next_command="lab ledger",
        )
    notes += _cut_short(lake, sources.stream, claims)
    return {"claims": claims, "received": received}


def _cut_short(lake: Lake, stream: str, claims: pa.Table) -> list[str]:
    """Runs that sent less than they set out to: no imbalance, since what was not sent cannot be lost."""
    sent = Counter(claims["run_id"].to_pylist())
    return [
        f"{run.run_id} set out to send {run.events} records; {sent[run.run_id]} were acknowledged."
        for run in declared_runs(lake.s3, lake.bucket, stream)
        if 0 < sent[run.run_id] < run.events
    ]


def _lake_tables(catalog: GlueCatalog, notes: list[str]) -> dict[str, pa.Table]:
    wanted = {
        "bronze": iceberg.BRONZE,
        "silver": iceberg.SILVER,
        "silver_quarantine": iceberg.SILVER_QUARANTINE,
        "silver_duplicates": iceberg.SILVER_DUPLICATES,
    }
    found = {name: iceberg.read(catalog, source) for name, source in wanted.items()}
    return _present(found, {name: source[0] for name, source in wanted.items()}, "the lake", notes)


def _warehouse_tables(connect: warehouse.Connect, notes: list[str]) -> dict[str, pa.Table]:
    with connect() as connection:
        found = {
            "loaded": warehouse.loaded(connection),
            "quarantine": warehouse.quarantine(connection),
            "duplicates": warehouse.duplicates(connection),
        }
        marts = {mart: warehouse.mart_totals(connection, mart) for mart in warehouse.MART_REVENUE}
    names = {"loaded": warehouse.EVENTS_TABLE, "quarantine": "OPS.QUARANTINE", "duplicates": "OPS.DUPLICATES"}
    tables = _present(found, names, "the warehouse", notes)
    totals = [totals if totals is not None else _nothing(mart) for mart, totals in marts.items()]
    return tables | {"marts": pa.concat_tables(totals)}


def _present(
    found: dict[str, pa.Table | None], names: dict[str, str], place: str, notes: list[str]
) -> dict[str, pa.Table]:
    missing = [names[name] for name, table in found.items() if table is None]
    if missing:
        notes.append(f"Not in {place} yet, counted as empty: {', '.join(missing)}.")
    return {name: table for name, table in found.items() if table is not None}


def _nothing(mart: str) -> pa.Table:
    return pa.table({"mart": [mart], "events": [0], "minutes": [0], "revenue": [0]}).cast(MARTS)
