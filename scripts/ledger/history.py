"""Lake and warehouse must tell one history: a warehouse that remembers another lake can never balance with this one."""

from __future__ import annotations

from scripts.errors import LabError
from scripts.ledger import iceberg
from scripts.ledger.collect import Sources, reaching
from scripts.ledger.warehouse import EVENTS_TABLE, count


def require_one_history(sources: Sources) -> None:
    """Refuse to go on when the warehouse was loaded from a lake whose tables are gone.

    Raises:
        LabError: the lake was lost, as by an emulator's state that was deleted; says what the warehouse still holds.
        Unavailable: a service does not answer.
    """
    with reaching("the lake's tables (Glue, Iceberg)"):
        if iceberg.catalog(sources.session).table_exists(iceberg.SILVER[0]):
            return
    with reaching("the warehouse (Snowflake)"), sources.connect() as connection:
        loaded = count(connection, EVENTS_TABLE)
    if loaded:
        raise LabError(
            f"The warehouse holds {loaded:,} events in {EVENTS_TABLE}, but the lake they came from is gone: no table "
            f"{iceberg.SILVER[0]}. Their records can no longer be accounted for; start both anew.",
            next_command="make clean && make e2e",
        )
