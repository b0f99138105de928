"""LocalStack beside the real AWS, for AIRFLOW=local: it answers MWAA's call alone, and is given no credentials."""

from pathlib import Path

import boto3
import pytest
from botocore.config import Config

from tests.integration.conftest import Lab, free_port

pytestmark = pytest.mark.processes("a profile of an AWS account runs nothing in containers")

USERS = {
    "AWS_PROFILE": "a-profile-that-only-the-user-has",
    "AWS_SESSION_TOKEN": "the-users-token",
    "AWS_SECRET_ACCESS_KEY": "the-users-key",
    "AWS_REGION": "eu-central-1",
}


def test_it_starts_on_the_address_of_mwaa_without_the_users_credentials(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = f"http://localhost:{free_port()}"
    environment = {name: value for name, value in lab.environment.items() if not name.startswith("AWS_")}
    environment |= USERS | {"AWS_ENDPOINT_URL_MWAA": endpoint, "LAB_VAR": str(tmp_path)}
    beside = Lab(environment, tmp_path, lab.runner)
    for name in USERS:
        monkeypatch.delenv(name, raising=False)
    client = boto3.client(
        "mwaa",
        endpoint_url=endpoint,
        region_name="eu-central-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(inject_host_prefix=False, retries={"total_max_attempts": 1}),
    )

    with beside.running("localstack/start", lambda: [client.list_environments()]) as service:
        processes = [Path(f"/proc/{pid}/environ").read_bytes() for pid in service.members()]

    assert processes
    assert not [name for name, value in USERS.items() if any(value.encode() in each for each in processes)]
