"""What spark-submit is given of a job run's configuration."""

import pytest
from lab_localstack.emr_serverless.driver import spark_defaults

IMAGE = "/usr/share/aws/iceberg/lib/iceberg-spark3-runtime.jar"
OWN = "s3://bucket/own.jar"

JARS = [
    pytest.param(IMAGE, {}, id="of the image, which are on the class path here"),
    pytest.param(f"{IMAGE},{OWN}", {"spark.jars": OWN}, id="of the image and one's own"),
    pytest.param(OWN, {"spark.jars": OWN}, id="one's own"),
]


@pytest.mark.parametrize(("asked", "given"), JARS)
def test_jars_that_emrs_image_has_are_not_looked_for_on_this_machine(asked: str, given: dict[str, str]) -> None:
    configuration = {"classification": "spark-defaults", "properties": {"spark.jars": asked, "spark.a": "1"}}

    assert spark_defaults([configuration]) == {"spark.a": "1", **given}
