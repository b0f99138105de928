"""What a deployment made in the warehouse, dropped: twice, and made again."""

import pytest
from snowflake.connector.errors import ProgrammingError

from scripts import warehouse as definitions
from scripts.destroy import warehouse as destroyed
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
