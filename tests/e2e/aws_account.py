"""An AWS account and a Snowflake account that stand in for real ones: the emulators, under names not their own."""

import configparser
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
import snowflake.connector
from botocore.config import Config

from scripts import profile as profiles
from scripts import supervisor
from tests.e2e.conftest import ROOT, Lab, free_ports
from tests.unit.scripts.aws_profile import filled_in, local_airflow

ACCOUNT = "123456789012"
REGION = "eu-central-1"
STRANGER = "999999999999"
AWS_PROFILE = "media"
PASSPHRASE = "not a secret: the key is made for one test"

FILLED_IN = {
    "AWS_ACCOUNT_ID": ACCOUNT,
    "AWS_REGION": REGION,
    "BUDGET_USD": "2500",
    "BUDGET_EMAIL": "bills@example.com",
    "RUN_INTERVAL_MINUTES": "1",
    "STREAM_TRIGGER_SECONDS": "5",
    "BATCH_WINDOW_SECONDS": "2",
    "SNOWFLAKE_ACCOUNT": "myorg-media",
    "SNOWFLAKE_USER": "PIPELINE",
}
"""What a user writes into the example; the times are short, as a test has no quarter of an hour."""


@dataclass(frozen=True)
class User:
    """Whoever works with an AWS account: `lab` with a profile of kind aws, and credentials in ~/.aws."""

    lab: Lab
    account: Lab
    """The emulators that stand in for the accounts."""

    def run(self, *arguments: str, aws_profile: str = AWS_PROFILE) -> subprocess.CompletedProcess[str]:
        """`lab …` as this user types it, whatever it ends with."""
        return self.lab.run(*arguments, check=False, environment={"AWS_PROFILE": aws_profile})

    @contextmanager
    def running(self, *arguments: str) -> Iterator[subprocess.Popen[str]]:
        """`lab …` in the foreground of a terminal, as long as the block lasts."""
        environment = self.lab.environment | {"AWS_PROFILE": AWS_PROFILE}
        process = subprocess.Popen(self.lab.command(*arguments), env=environment, cwd=ROOT, text=True)
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    def client(self, service: str, account: str = ACCOUNT) -> Any:
        """A client of that account, past the lab."""
        session: Any = boto3.Session(aws_access_key_id=account, aws_secret_access_key="test", region_name=REGION)
        config = Config(inject_host_prefix=False)
        return session.client(service, endpoint_url=self.account.settings["AWS_ENDPOINT_URL"], config=config)


def write_profile(folder: Path, emulator: profiles.Profile, key: Path, *, airflow: Mapping[str, str]) -> Path:
    """profiles/aws.env.example as a user fills it in, and the addresses of the emulators behind it.

    Args:
        folder: where it is written.
        emulator: whose addresses.
        key: the file of the Snowflake user's private key.
        airflow: the settings of this machine's Airflow; none for MWAA.
    """
    addresses = ("AWS_ENDPOINT_URL", "AWS_DISABLE_HOST_PREFIX_INJECTION", "SNOWFLAKE_HOST", "SNOWFLAKE_PORT")
    lines = [f"{name}={emulator[name]}" for name in (*addresses, "SNOWFLAKE_DISABLE_PLATFORM_DETECTION")]
    lines += [f"{name}={value}" for name, value in airflow.items()]
    filled = FILLED_IN | {"SNOWFLAKE_PRIVATE_KEY_FILE": str(key), "DASHBOARD_PORT": str(*free_ports(1))}
    return filled_in(folder, *lines, without="AIRFLOW" if airflow else None, **filled)


def airflow_of_this_machine() -> dict[str, str]:
    """The example's settings for it, on free ports."""
    settings = dict(line.split("=", 1) for line in local_airflow())
    return settings | dict(zip(("LOCALSTACK_PORT", "AIRFLOW_PORT"), map(str, free_ports(2)), strict=True))


def stop_airflow(emulators: Lab) -> None:
    """End the Airflow that stands in for MWAA, as supervisord is told to."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAB_VAR", str(emulators.var))
        names = [program.name for program in supervisor.programs() if program.name.startswith("airflow-")]
        control = [str(Path(sys.executable).with_name("supervisorctl")), "-s", f"unix://{supervisor.socket()}"]
        subprocess.run([*control, "stop", *names], check=True, stdout=subprocess.DEVNULL)


def write_key(folder: Path) -> Path:
    """A key pair, made by the commands that the example tells: the private key's file, encrypted."""
    private, plain = folder / "pipeline.p8", folder / "plain.pem"
    subprocess.run(["openssl", "genrsa", "-out", str(plain), "2048"], check=True, capture_output=True)
    command = ["openssl", "pkcs8", "-topk8", "-v2", "aes256", "-in", str(plain), "-out", str(private)]
    subprocess.run([*command, "-passout", f"pass:{PASSPHRASE}"], check=True)
    private.chmod(0o600)
    return private


def register_key(folder: Path, emulator: profiles.Profile) -> None:
    """As an administrator does in Snowsight: a user for the pipeline, with its public key."""
    command = ["openssl", "rsa", "-in", str(folder / "plain.pem"), "-pubout"]
    pem = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    key = "".join(line for line in pem.splitlines() if "-----" not in line)
    with snowflake.connector.connect(
        account=emulator["SNOWFLAKE_ACCOUNT"],
        host=emulator["SNOWFLAKE_HOST"],
        port=int(emulator["SNOWFLAKE_PORT"]),
        user=emulator["SNOWFLAKE_USER"],
        password=emulator["SNOWFLAKE_PASSWORD"],
        role="ACCOUNTADMIN",
        session_parameters={"CLIENT_TELEMETRY_ENABLED": False},
    ) as connection:
        connection.cursor().execute(f"CREATE USER PIPELINE RSA_PUBLIC_KEY = '{key}'")
        connection.cursor().execute("GRANT ROLE ACCOUNTADMIN TO USER PIPELINE")


def write_credentials(folder: Path) -> dict[str, str]:
    """~/.aws with plain credentials of the account, and of a stranger's; where AWS's tools find it."""
    config, credentials = configparser.ConfigParser(), configparser.ConfigParser()
    for name, account in ((AWS_PROFILE, ACCOUNT), ("stranger", STRANGER)):
        config[f"profile {name}"] = {"region": "us-west-2"}  # the lab's profile decides, not this one
        credentials[name] = {"aws_access_key_id": account, "aws_secret_access_key": "test"}
    files = {"AWS_CONFIG_FILE": config, "AWS_SHARED_CREDENTIALS_FILE": credentials}
    paths = {setting: folder / setting.lower() for setting in files}
    for setting, parser in files.items():
        with paths[setting].open("w") as file:
            parser.write(file)
    return {setting: str(path) for setting, path in paths.items()}
