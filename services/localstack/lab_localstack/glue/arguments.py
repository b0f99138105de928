"""From a Glue job and the arguments of a run to what spark-submit is given."""

import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from lab_localstack.jobruns.submission import Submission

_SPARK_OPTIONS = {"--extra-py-files": "--py-files", "--extra-jars": "--jars", "--extra-files": "--files"}

_REFUSED_ARGUMENTS = {
    "--additional-python-modules": "put the modules into --extra-py-files",
    "--python-modules-installer-option": "put the modules into --extra-py-files",
    "--class": "write the job in Python",
    "--customer-driver-env-vars": "pass values as arguments",
    "--customer-executor-env-vars": "pass values as arguments",
}
_REFUSED_VALUES = {
    ("--job-language", "scala"): "write the job in Python",
    ("--job-bookmark-option", "job-bookmark-enable"): "keep the watermark in the job",
    ("--job-bookmark-option", "job-bookmark-pause"): "keep the watermark in the job",
}


class UnsupportedArgumentError(Exception):
    """An argument that means something to Glue and nothing to the local one."""


def effective_arguments(definition: Mapping[str, Any], run_arguments: Mapping[str, str]) -> dict[str, str]:
    """The job's defaults, the run's own, and what the job lets nobody override; later ones win.

    Raises UnsupportedArgumentError with a sentence for what only Glue itself can do.
    """
    merged = {
        **definition.get("DefaultArguments", {}),
        **run_arguments,
        **definition.get("NonOverridableArguments", {}),
    }
    for name, value in merged.items():
        instead = _REFUSED_ARGUMENTS.get(name) or _REFUSED_VALUES.get((name, value))
        if instead:
            raise UnsupportedArgumentError(
                f"The argument {name} {value} is not implemented by the local Glue: {instead}."
            )
    return merged


def submission(script: str, job_name: str, run_id: str, arguments: Mapping[str, str]) -> Submission:
    """What to run: Glue's own arguments become spark-submit's options, the script gets the rest and the run's names."""
    standard = {
        "--JOB_NAME": job_name,
        "--JOB_ID": f"j_{job_name}",
        "--JOB_RUN_ID": run_id,
        "--job-bookmark-option": "job-bookmark-disable",
    }
    own = {name: value for name, value in arguments.items() if name not in _SPARK_OPTIONS and name != "--conf"}
    return Submission(script, tuple(_options(arguments)), tuple(_flatten(standard | own)))


def _options(arguments: Mapping[str, str]) -> Iterator[str]:
    for name, option in _SPARK_OPTIONS.items():
        if arguments.get(name):
            yield from (option, arguments[name])
    if arguments.get("--conf"):
        # Several settings travel in one argument: "--conf": "a=1 --conf b=2".
        yield from ("--conf", *shlex.split(arguments["--conf"]))


def _flatten(arguments: Mapping[str, str]) -> Iterator[str]:
    for name, value in arguments.items():
        yield name
        if value != "":  # Glue passes an argument without a value as a flag
            yield value
