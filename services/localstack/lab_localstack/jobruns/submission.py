"""What a job run executes, and how it becomes a command line of spark-submit on this machine."""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

Fetch = Callable[[str], Path]

_ADDRESS_LISTS = frozenset({"--py-files", "--files", "--jars", "--archives"})


@dataclass(frozen=True)
class Submission:
    """A script or jar (s3://…), spark-submit's options before it, the job's own arguments after it, and variables."""

    entry_point: str
    options: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)

    def command(self, fetch: Fetch) -> list[str]:
        """The command line, with every s3:// address of code replaced by the local file that `fetch` makes of it."""
        options = [*localise(self.options, fetch)]
        return [str(spark_submit()), *options, str(fetch(self.entry_point)), *self.arguments]


def localise(options: tuple[str, ...], fetch: Fetch) -> Iterator[str]:
    """The options, with the s3:// addresses in comma lists of files (--py-files a,b or --py-files=a,b) fetched."""
    previous = ""
    for option in options:
        name, equals, value = option.partition("=")
        if previous in _ADDRESS_LISTS:
            yield _fetch_list(option, fetch)
        elif equals and name in _ADDRESS_LISTS:
            yield f"{name}={_fetch_list(value, fetch)}"
        else:
            yield option
        previous = option


def _fetch_list(addresses: str, fetch: Fetch) -> str:
    return ",".join(_fetch_one(address.strip(), fetch) for address in addresses.split(",") if address.strip())


def _fetch_one(address: str, fetch: Fetch) -> str:
    location, hash_sign, alias = address.partition("#")
    return f"{fetch(location)}{hash_sign}{alias}" if location.startswith("s3") else address


def spark_submit() -> Path:
    """The spark-submit that runs jobs: LAB_SPARK_SUBMIT, else services/spark/spark-submit of this checkout."""
    if override := os.environ.get("LAB_SPARK_SUBMIT"):
        return Path(override)
    root = os.environ.get("LAB_ROOT") or Path(__file__).resolve().parents[4]
    return Path(root) / "services" / "spark" / "spark-submit"
