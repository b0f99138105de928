"""What a deployment made in the Snowflake account."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from scripts import paths, storage_integration, warehouse

MONITOR = "MEDIA_STREAM_MONITOR"
DROPPED = frozenset({"SNOWFLAKE_DATABASE", "SNOWFLAKE_WAREHOUSE"})
"""A session is not begun in what it drops."""
ROLES = ("MEDIA_STREAM_LOADER", "MEDIA_STREAM_ANALYST")


def statements(settings: Mapping[str, str]) -> list[str]:
    """What takes it away: each without effect where the object is gone."""
    integration = storage_integration.NAMED.search(settings["SNOWFLAKE_STAGE_OPTIONS"])
    return [
        f"DROP DATABASE IF EXISTS {settings['SNOWFLAKE_DATABASE']}",
        f"DROP WAREHOUSE IF EXISTS {settings['SNOWFLAKE_WAREHOUSE']}",
        f"DROP RESOURCE MONITOR IF EXISTS {MONITOR}",
        *([f"DROP STORAGE INTEGRATION IF EXISTS {integration[1]}"] if integration else []),
        *(f"DROP ROLE IF EXISTS {role}" for role in ROLES),
    ]


def drop(settings: Mapping[str, str], note: Callable[[str], None]) -> None:
    """Drop the lab's database, warehouse, roles and integration.

    Raises:
        LabError: the log-in was refused, or a statement failed.
        Unavailable: Snowflake does not answer.
    """
    environment = {name: value for name, value in settings.items() if name not in DROPPED}
    with warehouse.connect(environment) as connection:
        for statement in statements(settings):
            warehouse.run(connection, paths.ROOT / "snowflake", [statement])
            note(statement)
