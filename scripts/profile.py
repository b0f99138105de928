"""The profile: the only place that knows where AWS, Airflow and Snowflake are.

A profile is a file ``profiles/<name>.env``. Its settings become the environment of every process, after the
user's own settings of the same families are dropped: whoever has real AWS keys in the shell does not use them in a lab
of this machine. A profile of kind aws holds no key: there the user's own credentials are kept, and nothing else.
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

from scripts import paths, settings
from scripts.errors import LabError

OWNED_FAMILIES = ("AWS_", "SNOWFLAKE_", "AIRFLOW_", "SPARK_", "PYSPARK_", "LOCALSTACK_", "PROJECT", "PROFILE_KIND")
"""Variables whose value only the profile gives, beside the settings there are; the user's own are dropped."""

KEPT = frozenset({"AWS_CA_BUNDLE"})
"""Of those families, what describes this machine and not an account."""

AWS_KEYS = frozenset({"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"})
AWS_IDENTITY = AWS_KEYS | {
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
}
"""Who the user is to AWS.

Source: https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
"""

AWS_CREDENTIALS = AWS_IDENTITY | {
    "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_EC2_METADATA_DISABLED",
    "SNOWFLAKE_PRIVATE_KEY_FILE_PWD",
}
"""What a profile of kind aws leaves to the user, where it does not say it itself."""

INTERPRETER_SETTINGS = frozenset({"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "HADOOP_CONF_DIR"})

ADDRESS_TO_LISTEN_ON = "LAB_LISTEN"
"""Containers alone listen on more than loopback; a user's own setting would open the lab to the network."""

SNOWFLAKE_DOMAIN = ".snowflakecomputing.com"

DUMMY_KEY = re.compile(r"test|\d{12}")
"""No key of AWS's looks like these: LocalStack takes twelve digits for the account, anything else for 000000000000."""

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

    @property
    def is_aws(self) -> bool:
        """Whether it stands for an AWS account, and not for this machine."""
        return self["PROFILE_KIND"] == "aws"

    @property
    def is_emulated(self) -> bool:
        """Whether an emulator on this machine stands in for AWS."""
        return bool(self.values.get("AWS_ENDPOINT_URL"))

    @property
    def has_own_warehouse(self) -> bool:
        """Whether a warehouse on this machine stands in for Snowflake: with certificates of its own making."""
        return is_loopback(self.values.get("SNOWFLAKE_HOST", ""))

    @property
    def airflow(self) -> str:
        """Who runs the DAGs: ``mwaa`` or ``local``."""
        return self.values.get("AIRFLOW", "mwaa")

    def __getitem__(self, key: str) -> str:
        """The setting ``key``; an error that names the file when it is missing."""
        try:
            return self.values[key]
        except KeyError:
            raise LabError(f"{paths.display(self.path)} has no setting {key}.") from None


def load(name: str, directory: Path | None = None) -> Profile:
    """Read and check the profile ``name``: a file of ``profiles/`` without its ending, or the path of such a file.

    Raises:
        LabError: no such profile, a reference to no setting of it, a setting that is wrong, unknown or missing, a local
            profile that points anywhere but this machine, or a profile of kind aws that points anywhere but AWS.
    """
    folder = directory or paths.ROOT / "profiles"
    path = Path(name) if name.endswith(".env") else folder / f"{name}.env"
    if not path.is_file():
        raise _unknown(name, folder)
    profile = Profile(path, _read(path))
    if mistakes := settings.mistakes(profile.values):
        raise LabError(f"{paths.display(path)}: " + ".\n".join(mistakes) + ".")
    if profile.is_aws:
        _require_aws(profile)
    else:
        _require_loopback(profile)
    return profile


def _unknown(name: str, folder: Path) -> LabError:
    known = ", ".join(sorted(file.stem for file in folder.glob("*.env")))
    example = folder / f"{name}.env.example"
    if example.is_file():
        command = f"cp {paths.display(example)} {paths.display(example.with_suffix(''))}"
        return LabError(f"There is no profile {name!r} yet. Copy its example and fill it in.", next_command=command)
    return LabError(f"There is no profile {name!r}. Profiles here: {known}.", next_command="make e2e PROFILE=local")


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
    users = os.environ if base is None else base
    kept = _left_to_the_user(profile)
    inherited = {key: value for key, value in users.items() if key in kept or not _is_owned(key)}
    return {
        **inherited,
        **profile.values,
        **(_trusted(inherited) if profile.has_own_warehouse or not profile.is_aws else {}),
        "LAB_ROOT": str(paths.ROOT),
        "LAB_VAR": str(paths.var()),
        "LAB_ENVS": str(paths.envs()),
        "NO_PROXY": ",".join(filter(None, (inherited.get("NO_PROXY"), "localhost,127.0.0.1"))),
        "no_proxy": ",".join(filter(None, (inherited.get("no_proxy"), "localhost,127.0.0.1"))),
        "PYTHONUNBUFFERED": "1",
    }


def _trusted(inherited: Mapping[str, str]) -> dict[str, str]:
    """The bundle with the warehouse's own authority in it, and whom the user trusts besides."""
    bundle = str(paths.var() / "tls" / "bundle.pem")
    users = inherited.get("REQUESTS_CA_BUNDLE", bundle)
    return {"REQUESTS_CA_BUNDLE": bundle} | ({} if users == bundle else {"LAB_TRUSTED_CAS": users})


def activate(profile: Profile) -> None:
    """Make this process run under ``profile``: boto3 and the Snowflake connector read the environment.

    A real account has a state of its own (``var-<profile>``): what a lab of this machine left unfinished in Airflow's
    database must not go on there, and cleaning up after the one leaves the other alone.
    """
    if profile.is_aws and not profile.is_emulated:
        os.environ.setdefault("LAB_VAR", str(paths.var().with_name(f"{paths.var().name}-{profile.name}")))
    wanted = environment(profile)
    for key in [key for key in os.environ if key not in wanted]:
        del os.environ[key]
    os.environ.update(wanted)


def _left_to_the_user(profile: Profile) -> frozenset[str]:
    """Whose credentials: keys in the shell would win over a profile of ~/.aws that the lab's profile names."""
    if not profile.is_aws:
        return frozenset()
    return AWS_CREDENTIALS - AWS_IDENTITY if profile.values.get("AWS_PROFILE") else AWS_CREDENTIALS


def _is_owned(key: str) -> bool:
    if key in INTERPRETER_SETTINGS or key == ADDRESS_TO_LISTEN_ON or key in settings.NAMES:
        return True
    return key.startswith(OWNED_FAMILIES) and key not in KEPT


def _require_loopback(profile: Profile) -> None:
    if not profile.values.get("AWS_ENDPOINT_URL"):
        raise LabError(
            f"{paths.display(profile.path)} is a local profile without AWS_ENDPOINT_URL: calls would reach real AWS."
        )
    for key, value in profile.values.items():
        host = _host(key, value)
        if host is not None and not is_loopback(host):
            raise LabError(
                f"{key}={value} in {paths.display(profile.path)} is not on this machine; "
                "a local profile takes only localhost, 127.0.0.0/8 or [::1]."
            )
    for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        if not DUMMY_KEY.fullmatch(profile[key]):
            raise LabError(
                f"{key} in {paths.display(profile.path)} is no dummy: a local profile takes no real key, only 'test' "
                "or the twelve digits of a made-up account."
            )


def _require_aws(profile: Profile) -> None:
    """Nothing but AWS and Snowflake over TLS, or what stands in for them on this machine."""
    where = paths.display(profile.path)
    region = profile["AWS_REGION"]
    if profile["AWS_DEFAULT_REGION"] != region:
        raise LabError(
            f"AWS_DEFAULT_REGION={profile['AWS_DEFAULT_REGION']} in {where} is not AWS_REGION={region}: "
            "boto3 reads the one, the Java SDK the other. Write AWS_DEFAULT_REGION=${AWS_REGION}."
        )
    for key, value in profile.values.items():
        host = _host(key, value)
        if not host or is_loopback(host) or (key == "SNOWFLAKE_HOST" and host.endswith(SNOWFLAKE_DOMAIN)):
            continue
        raise LabError(
            f"{key}={value} in {where}: a profile of kind aws takes no address, since clients know those of AWS and "
            "Snowflake. Leave it out (for an emulator on this machine: localhost)."
        )
    if profile.airflow == "local" and not profile.values.get("AWS_ENDPOINT_URL_MWAA"):
        raise LabError(
            f"AIRFLOW=local in {where} needs AWS_ENDPOINT_URL_MWAA=http://localhost:${{LOCALSTACK_PORT}} and the other "
            "settings of this machine's Airflow, as profiles/aws.env.example has them."
        )


def _host(key: str, value: str) -> str | None:
    if key.endswith("_HOST"):
        return value
    if "://" in value:
        return urlsplit(value).hostname or ""
    return None


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
