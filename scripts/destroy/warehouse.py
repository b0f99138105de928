"""What a deployment made in the Snowflake account."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from scripts import ownership, paths, warehouse
from scripts.ownership import Named

MONITOR = "MEDIA_STREAM_MONITOR"
DROPPED = frozenset({"SNOWFLAKE_DATABASE", "SNOWFLAKE_WAREHOUSE"})
"""A session is not begun in what it drops."""
ROLES = ("MEDIA_STREAM_LOADER", "MEDIA_STREAM_ANALYST")


def statements(settings: Mapping[str, str], left_alone: Collection[Named] = ()) -> list[str]:
    """What takes it away, but for what is ``left_alone``: each without effect where the object is gone."""
    own = [each for each in ownership.named(settings) if each not in left_alone]
    return [
        *(f"DROP {each.kind} IF EXISTS {each.name}" for each in own),
        f"DROP RESOURCE MONITOR IF EXISTS {MONITOR}",
        *(f"DROP ROLE IF EXISTS {role}" for role in ROLES),
    ]


def drop(settings: Mapping[str, str], note: Callable[[str], None]) -> None:
    """Drop the lab's database, warehouse, roles and integration; one of these names that is not the lab's stays.

    Raises:
        LabError: the log-in was refused, a statement failed, or something stays that is not the lab's.
        Unavailable: Snowflake does not answer.
    """
    environment = {name: value for name, value in settings.items() if name not in DROPPED}
    with warehouse.connect(environment) as connection:
        strangers = ownership.strangers(connection, settings)
        for statement in statements(settings, strangers):
            warehouse.run(connection, paths.ROOT / "snowflake", [statement])
            note(statement)
    if strangers:
        raise ownership.refusal(strangers)
