"""A real Snowflake account in the place of the local warehouse, for the case tables that both must answer alike."""

import uuid

import snowflake.connector
from snowflake.connector import SnowflakeConnection


class Account:
    """The account that a connection of the connector's own connections.toml names; each test has a database of its own.

    Source: https://docs.snowflake.com/en/developer-guide/python-connector/python-connector-connect
    """

    def __init__(self, connection_name: str) -> None:
        self._name = connection_name
        self._made: list[str] = []

    def connect(self, database: str | None = None, schema: str | None = None, **options: object) -> SnowflakeConnection:
        return snowflake.connector.connect(connection_name=self._name, database=database, schema=schema, **options)

    def new_database(self) -> str:
        """A database of its own name, with a schema S."""
        name = f"LAB_TEST_{uuid.uuid4().hex[:8]}".upper()
        self._made.append(name)
        with self.connect() as connection:
            connection.execute_string(f"CREATE DATABASE {name}; CREATE SCHEMA {name}.S;")
        return name

    def close(self) -> None:
        """Drop what the tests made."""
        with self.connect() as connection:
            for name in self._made:
                connection.cursor().execute(f"DROP DATABASE IF EXISTS {name}")
