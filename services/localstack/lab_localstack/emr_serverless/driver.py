"""From a job run's driver and configuration to what spark-submit is given."""

import shlex
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from lab_localstack.jobruns.submission import Submission

_DRIVER_VARIABLE = "spark.emr-serverless.driverEnv."
_JARS, _IMAGE = "spark.jars", "/usr/share/aws/"
"""Jars that EMR's image keeps off the class path. Here what stands for them is on it (services/spark/jars.txt)."""


class UnsupportedDriverError(Exception):
    """A driver or configuration that only EMR Serverless itself can run."""


class InvalidDriverError(Exception):
    """A driver that EMR Serverless refuses too."""


def submission(
    driver: Mapping[str, Any], application_defaults: list[dict[str, Any]], run_overrides: list[dict[str, Any]]
) -> Submission:
    """What to run: the application's properties, then the run's, then sparkSubmitParameters; later ones win.

    Raises UnsupportedDriverError and InvalidDriverError with a sentence.
    """
    spark = driver.get("sparkSubmit")
    if spark is None:
        raise UnsupportedDriverError("Only the job driver sparkSubmit is implemented by the local EMR Serverless.")
    if not spark["entryPoint"].startswith("s3"):
        raise InvalidDriverError(f"entryPoint {spark['entryPoint']!r} is not valid: write s3://bucket/key.")
    try:
        parameters = shlex.split(spark.get("sparkSubmitParameters") or "")
    except ValueError as error:
        raise InvalidDriverError(f"sparkSubmitParameters cannot be read: {error}.") from error
    properties = spark_defaults(application_defaults) | spark_defaults(run_overrides)
    options = (*_as_options(properties), *parameters)
    return Submission(
        spark["entryPoint"],
        options,
        tuple(spark.get("entryPointArguments") or ()),
        dict(_driver_variables(options)),
    )


def spark_defaults(configurations: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """The properties of the classification spark-defaults. Raises UnsupportedDriverError for any other."""
    properties: dict[str, str] = {}
    for configuration in configurations:
        if configuration["classification"] != "spark-defaults" or configuration.get("configurations"):
            raise UnsupportedDriverError(
                f"The configuration {configuration['classification']} is not implemented by the local EMR Serverless, "
                "spark-defaults with properties is."
            )
        properties |= configuration.get("properties") or {}
    jars = [jar for jar in properties.pop(_JARS, "").split(",") if jar and not jar.startswith(_IMAGE)]
    return properties | ({_JARS: ",".join(jars)} if jars else {})


def _as_options(properties: Mapping[str, str]) -> Iterator[str]:
    for name, value in properties.items():
        yield from ("--conf", f"{name}={value}")


def _driver_variables(options: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Variables for the driver, which EMR Serverless takes as properties."""
    for option in options:
        if option.startswith(_DRIVER_VARIABLE):
            name, _, value = option.removeprefix(_DRIVER_VARIABLE).partition("=")
            yield name, value
