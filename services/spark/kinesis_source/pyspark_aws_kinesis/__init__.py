"""The streaming source ``aws-kinesis`` on a laptop: the connector that EMR has built in, as a Python data source.

EMR ships the awslabs spark-sql-kinesis-connector (Scala, in no Maven repository). This package has its name,
options and schema, so that ``spark.readStream.format("aws-kinesis")`` is the same line on both sides. Spark finds
it by the package's name: it looks for modules called ``pyspark_*`` with a class ``DefaultSource``.

What is the same, what differs and what is refused stands in ``options``.
"""

from __future__ import annotations

from pyspark.sql.datasource import DataSource, SimpleDataSourceStreamReader
from pyspark.sql.types import StructType

from .options import Options
from .reader import StreamReader

__all__ = ["DefaultSource"]


class DefaultSource(DataSource):
    """``aws-kinesis``: the records of one Kinesis stream, at least once, exactly once behind a checkpointed sink."""

    @classmethod
    def name(cls) -> str:
        """The connector's format name."""
        return "aws-kinesis"

    def schema(self) -> str:
        """The connector's columns; it has none for the shard."""
        return (
            "data BINARY, streamName STRING, partitionKey STRING, sequenceNumber STRING, "
            "approximateArrivalTimestamp TIMESTAMP"
        )

    def simpleStreamReader(self, schema: StructType) -> SimpleDataSourceStreamReader:  # noqa: ARG002, N802
        """The reader for a query; raises ``ValueError`` naming the first option that is wrong."""
        return StreamReader(Options.read(self.options))
