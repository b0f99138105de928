"""Fetch the jars named in a list through Spark's own resolver and keep only those whose checksum holds.

    python fetch_jars.py JARS_TXT FOLDER

FOLDER ends up with exactly the listed jars and the file ``.verified``, a copy of the list. A second run
checks the files again and needs no network.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import getproxies_environment

VERIFIED = ".verified"


@dataclass(frozen=True, slots=True)
class Jar:
    """One line of the list: ``group:artifact:version sha256``."""

    group: str
    artifact: str
    version: str
    sha256: str

    @property
    def file_name(self) -> str:
        """The name under which it is kept: Maven's."""
        return f"{self.artifact}-{self.version}.jar"

    @property
    def uri(self) -> str:
        """The address that Spark's ADD JAR resolves: this jar alone, without its dependencies."""
        return f"ivy://{self.group}:{self.artifact}:{self.version}?transitive=false"


def read_list(text: str) -> list[Jar]:
    """The jars of a list; comments and empty lines are left out."""
    jars = []
    for number, line in enumerate(text.splitlines(), start=1):
        content = line.partition("#")[0].split()
        if not content:
            continue
        if len(content) != 2 or content[0].count(":") != 2:
            sys.exit(f"Line {number} of the list of jars is {line!r}; write it as 'group:artifact:version sha256'.")
        group, artifact, version = content[0].split(":")
        jars.append(Jar(group, artifact, version, sha256=content[1]))
    return jars


def is_sound(jar: Jar, folder: Path) -> bool:
    """Whether the folder holds the jar with the checksum of the list."""
    path = folder / jar.file_name
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == jar.sha256


def java_options(proxies: Mapping[str, str]) -> list[str]:
    """What makes Java use the proxies that the environment names: it does not read HTTPS_PROXY and the like itself."""
    addresses = {scheme: urlsplit(proxies[scheme]) for scheme in ("http", "https") if proxies.get(scheme)}
    return [
        f"-D{scheme}.proxy{part}={value}"
        for scheme, address in addresses.items()
        for part, value in (("Host", address.hostname), ("Port", address.port or 80))
    ]


def resolve(jars: list[Jar], ivy: Path) -> dict[Jar, Path]:
    """Download jars into an Ivy folder with Spark's resolver (its settings and mirrors apply, and your proxies)."""
    from pyspark.sql import SparkSession  # noqa: PLC0415  (a second of import that the offline path does without)

    if options := java_options(getproxies_environment()):
        os.environ["JAVA_TOOL_OPTIONS"] = " ".join([*options, os.environ.get("JAVA_TOOL_OPTIONS", "")])
    builder = SparkSession.builder.master("local[1]").appName("fetch-jars").config("spark.ui.enabled", "false")
    with builder.config("spark.jars.ivy", str(ivy)).getOrCreate() as spark:
        for jar in jars:
            print(f"fetching {jar.artifact} {jar.version}", flush=True)
            spark.sql(f"ADD JAR '{jar.uri}'")
    return {jar: ivy / "jars" / f"{jar.group}_{jar.file_name}" for jar in jars}


def fetch(jars: list[Jar], folder: Path) -> None:
    """Put every jar that is missing or unsound into the folder; exit with a sentence when a checksum differs."""
    wanted = [jar for jar in jars if not is_sound(jar, folder)]
    if not wanted:
        return
    with tempfile.TemporaryDirectory(prefix=".fetching-", dir=folder) as scratch:
        for jar, fetched in resolve(wanted, Path(scratch)).items():
            target = Path(scratch) / jar.file_name
            shutil.move(fetched, target)
            if not is_sound(jar, target.parent):
                found = hashlib.sha256(target.read_bytes()).hexdigest()
                sys.exit(f"{jar.file_name} has the sha256 {found}, jars.txt says {jar.sha256}: it was not kept.")
            target.replace(folder / jar.file_name)


def main(list_path: Path, folder: Path) -> None:
    """Bring the folder to exactly what the list says; every file is checked each time."""
    text = list_path.read_text()
    jars = read_list(text)
    folder.mkdir(parents=True, exist_ok=True)
    marker = folder / VERIFIED
    marker.unlink(missing_ok=True)
    fetch(jars, folder)
    for stray in set(folder.glob("*.jar")) - {folder / jar.file_name for jar in jars}:
        stray.unlink()
    marker.write_text(text)
    print(f"{len(jars)} jars in {folder}, checksums verified")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
