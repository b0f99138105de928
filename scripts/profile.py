"""The profile: the only place that knows where AWS, Airflow and Snowflake are.

A profile is a file ``profiles/<name>.env``. Its settings become the environment of every process, after the
user's own settings of the same families are dropped: whoever has real AWS keys in the shell does not use them here.
"""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from dotenv import dotenv_values

from scripts import paths
from scripts.errors import LabError

OWNED_FAMILIES = ("AWS_", "SNOWFLAKE_", "AIRFLOW_", "SPARK_", "PYSPARK_", "LOCALSTACK_", "PROJECT", "PROFILE_KIND")
"""Variables whose value only the profile gives; the user's own are dropped."""

KEPT = frozenset({"AWS_CA_BUNDLE"})
"""Of those families, what describes this machine and not an account."""

INTERPRETER_SETTINGS = frozenset({"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "HADOOP_CONF_DIR"})

ADDRESS_TO_LISTEN_ON = "LAB_LISTEN"
"""Containers alone listen on more than loopback; a user's own setting would open the lab to the network."""

DUMMY_KEYS = frozenset({"test"})

REFERENCE = re.compile(r"\$\{([^}:]*)")


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile's settings, as read from its file."""

    path: Path
    values: Mapping[str, str]

    @property
    def name(self) -> str:
        """The file's name without its ending."""
        return self.path.stem

    def __getitem__(self, key: str) -> str:
        """The setting ``key``; an error that names the file when it is missing."""
        try:
            return self.values[key]
        except KeyError:
            raise LabError(f"{paths.display(self.path)} has no setting {key}.") from None


def load(name: str, directory: Path | None = None) -> Profile:
    """Read and check the profile ``name``: a file of ``profiles/`` without its ending, or the path of such a file.

    Raises:
        LabError: no such profile, a reference to no setting of it, or a local profile that points anywhere but this
            machine.
    """
    folder = directory or paths.ROOT / "profiles"
    path = Path(name) if name.endswith(".env") else folder / f"{name}.env"
    if not path.is_file():
        known = ", ".join(sorted(file.stem for file in folder.glob("*.env")))
        raise LabError(f"There is no profile {name!r}. Profiles here: {known}.", next_command="make e2e PROFILE=local")
    profile = Profile(path, _read(path))
    if profile["PROFILE_KIND"] == "local":
        _require_loopback(profile)
    return profile


def _read(path: Path) -> dict[str, str]:
    """The settings of a file. A ``${NAME}`` stands for a setting above it, never for the user's own variable."""
    known: set[str] = set()
    for key, value in dotenv_values(path, interpolate=False).items():
        for name in REFERENCE.findall(value or ""):
            if name not in known:
                raise LabError(f"{key} in {paths.display(path)} refers to {name}, which is not set above it.")
        known.add(key)
    return {key: value or "" for key, value in dotenv_values(path).items()}


def environment(profile: Profile, base: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment every process of the lab runs in: the user's, less what the profile owns, plus the profile."""
    inherited = {key: value for key, value in (os.environ if base is None else base).items() if not _is_owned(key)}
    bundle = str(paths.var() / "tls" / "bundle.pem")
    own_bundle = inherited.get("REQUESTS_CA_BUNDLE", bundle)
    return {
        **inherited,
        **profile.values,
        **({} if own_bundle == bundle else {"LAB_TRUSTED_CAS": own_bundle}),
        "LAB_ROOT": str(paths.ROOT),
        "LAB_VAR": str(paths.var()),
        "LAB_ENVS": str(paths.envs()),
        "REQUESTS_CA_BUNDLE": bundle,
        "NO_PROXY": ",".join(filter(None, (inherited.get("NO_PROXY"), "localhost,127.0.0.1"))),
        "no_proxy": ",".join(filter(None, (inherited.get("no_proxy"), "localhost,127.0.0.1"))),
        "PYTHONUNBUFFERED": "1",
    }


def activate(profile: Profile) -> None:
    """Make this process run under ``profile``: boto3 and the Snowflake connector read the environment."""
    wanted = environment(profile)
    for key in [key for key in os.environ if key not in wanted]:
        del os.environ[key]
    os.environ.update(wanted)


def _is_owned(key: str) -> bool:
    if key in INTERPRETER_SETTINGS or key == ADDRESS_TO_LISTEN_ON:
        return True
    return key.startswith(OWNED_FAMILIES) and key not in KEPT


def _require_loopback(profile: Profile) -> None:
    if not profile.values.get("AWS_ENDPOINT_URL"):
        raise LabError(
            f"{paths.display(profile.path)} is a local profile without AWS_ENDPOINT_URL: calls would reach real AWS."
        )
    for key, value in profile.values.items():
        host = _host(key, value)
        if host is not None and not _is_loopback(host):
            raise LabError(
                f"{key}={value} in {paths.display(profile.path)} is not on this machine; "
                "a local profile takes only localhost, 127.0.0.0/8 or [::1]."
            )
    for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        if profile[key] not in DUMMY_KEYS:
            raise LabError(
                f"{key} in {paths.display(profile.path)} is not the dummy 'test': a local profile takes no real key."
            )


def _host(key: str, value: str) -> str | None:
    if key.endswith("_HOST"):
        return value
    if "://" in value:
        return urlsplit(value).hostname or ""
    return None


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
