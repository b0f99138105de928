"""What a deployment made in the warehouse, dropped: twice, and made again."""

import uuid

import pytest
from snowflake.connector.errors import ProgrammingError

from scripts import ownership
from scripts import warehouse as definitions
from scripts.destroy import warehouse as destroyed
from scripts.errors import LabError
from tests.integration.conftest import ConnectionFactory, Lab

pytestmark = pytest.mark.processes("what is taken away is the same, however services are run")


def test_the_warehouses_objects_are_dropped_and_can_be_made_again(lab: Lab, warehouse: ConnectionFactory) -> None:
    settings = {**lab.environment, "SNOWFLAKE_DATABASE": "DESTROYED", "SNOWFLAKE_WAREHOUSE": "DESTROYED_WH"}
    integration = {"SNOWFLAKE_STAGE_OPTIONS": "STORAGE_INTEGRATION = MEDIA_STREAM_S3"}
    variables = {
        "database": "DESTROYED",
        "warehouse": "DESTROYED_WH",
        "lake_bucket": "lake",
        "stage_options": settings["SNOWFLAKE_STAGE_OPTIONS"],
    }
    with pytest.MonkeyPatch.context() as patch:
        for name in ("SNOWFLAKE_ACCOUNT", "SNOWFLAKE_USER", "SNOWFLAKE_PASSWORD", "SNOWFLAKE_HOST", "SNOWFLAKE_PORT"):
            patch.setenv(name, settings[name])
        definitions.deploy(variables, print)
        with warehouse() as connection:
            connection.cursor().execute("SELECT * FROM DESTROYED.ANALYTICS.VIEWERSHIP_LOGS")

        for _ in range(2):
            destroyed.drop(settings | integration, print)

        with warehouse() as connection, pytest.raises(ProgrammingError, match="DESTROYED"):
            connection.cursor().execute("SELECT * FROM DESTROYED.ANALYTICS.VIEWERSHIP_LOGS")
        definitions.deploy(variables, print)
        destroyed.drop(settings, print)


@pytest.mark.parametrize("kind", ["DATABASE", "WAREHOUSE"])
def test_what_the_lab_did_not_make_is_neither_dropped_nor_taken_over(
    lab: Lab, warehouse: ConnectionFactory, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    mine = f"MINE_{uuid.uuid4().hex[:8]}".upper()
    settings = {**lab.environment, "SNOWFLAKE_DATABASE": "NONE_SUCH", "SNOWFLAKE_WAREHOUSE": "NONE_SUCH_WH"}
    settings |= {f"SNOWFLAKE_{kind}": mine}
    for name, value in settings.items():
        if name.startswith("SNOWFLAKE_"):
            monkeypatch.setenv(name, value)
    with warehouse() as connection:
        connection.cursor().execute(f"CREATE {kind} {mine}")

        with pytest.raises(LabError, match=f"{mine} is not the lab's, and is left alone"):
            destroyed.drop(settings, print)
        with pytest.raises(LabError, match=f"{mine} is not the lab's, and is left alone"):
            ownership.require_ours(connection, settings)

        connection.cursor().execute(f"DROP {kind} {mine}")  # an error where it is gone
