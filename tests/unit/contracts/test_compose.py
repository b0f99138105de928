"""docker-compose.yml, services/supervisord.conf, services/Dockerfile and the profile say the same."""

import json
import os
import re
import shutil
import subprocess
from configparser import RawConfigParser
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from scripts import preflight, profile

ROOT = Path(__file__).resolve().parents[3]
TEXT = (ROOT / "docker-compose.yml").read_text()
PROFILE = profile.load("local").values
DOCKERFILE = (ROOT / "services" / "Dockerfile").read_text()

IN_CONTAINERS_ONLY = {"network", "postgres", "lab"}
UNPUBLISHED = {"SPARK_MASTER_PORT"}
"""Spark's jobs are submitted by LocalStack, inside."""


def interpolated(text: str) -> str:
    """The text with the profile's settings in it, as Compose reads them from .env."""
    return re.sub(
        r"\$\{(\w+)(?::-([^}]*))?\}|\$(\w+)",
        lambda match: PROFILE.get(match[1] or match[3], match[2] or ""),
        text,
    )


COMPOSE: dict[str, Any] = yaml.safe_load(interpolated(TEXT))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]


def programs() -> dict[str, dict[str, str]]:
    config = RawConfigParser()
    config.read_string((ROOT / "services" / "supervisord.conf").read_text())
    return {name.partition(":")[2]: dict(config[name]) for name in config.sections() if name.startswith("program:")}


PROGRAMS = programs()


def test_the_containers_are_the_supervised_programs_and_what_only_containers_need() -> None:
    assert set(SERVICES) == set(PROGRAMS) | IN_CONTAINERS_ONLY


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_container_runs_the_command_of_its_program(name: str) -> None:
    assert PROGRAMS[name]["command"] == f"services/supervised %(program_name)s {SERVICES[name]['command']}"


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_container_has_as_long_to_stop_as_its_program(name: str) -> None:
    assert SERVICES[name]["stop_grace_period"] == f"{PROGRAMS[name]['stopwaitsecs']}s"


def test_every_port_of_the_profile_is_published_on_loopback_and_no_other() -> None:
    numbers = [PROFILE[setting] for setting in preflight.ADDRESSES if setting not in UNPUBLISHED]
    assert sorted(SERVICES["network"]["ports"]) == sorted(f"127.0.0.1:{number}:{number}" for number in numbers)
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["network"]


def test_no_port_stands_in_the_file_itself() -> None:
    assert {setting for setting in preflight.ADDRESSES if PROFILE[setting] in TEXT} == set()


def test_what_is_published_is_what_the_network_compares_with_the_profile() -> None:
    published = SERVICES["network"]["environment"]["PUBLISHED"].split()
    assert [f"127.0.0.1:{number}:{number}" for number in published] == SERVICES["network"]["ports"]
    compared = re.search(r'^profile="(.*)"$', (ROOT / "services" / "network" / "start").read_text(), re.M)
    assert compared
    assert interpolated(compared[1]).split() == published


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"network"}))
def test_all_containers_share_one_network(name: str) -> None:
    assert SERVICES[name]["network_mode"] == "service:network"


@pytest.mark.parametrize("name", SERVICES)
def test_the_whole_profile_reaches_a_container_and_nothing_changes_it_there(name: str) -> None:
    assert SERVICES[name]["env_file"] == ["profiles/local.env"]
    assert not set(SERVICES[name]["environment"]) & set(PROFILE)


def test_plain_docker_compose_reads_the_local_profile() -> None:
    assert (ROOT / ".env").resolve() == ROOT / "profiles" / "local.env"


def test_compose_reads_the_profile_as_the_command_line_does() -> None:
    docker = shutil.which("docker")
    command = [docker or "docker", "compose", "config", "--format", "json"]
    if docker is None or subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode:
        pytest.skip("docker compose is not installed")
    users = {key: value for key, value in os.environ.items() if key not in PROFILE and key != "LAB_PROFILE"}
    answer = subprocess.run(command, cwd=ROOT, env=users, capture_output=True, text=True, check=True)
    for name, service in json.loads(answer.stdout)["services"].items():
        assert {key: service["environment"].get(key) for key in PROFILE} == PROFILE, name


@pytest.mark.parametrize("name", SERVICES)
def test_no_container_is_given_a_secret(name: str) -> None:
    assert [key for key in SERVICES[name]["environment"] if re.search(r"PASSW|SECRET|TOKEN|KEY", key)] == []
    assert not re.search(r"://[^/\s]*:[^/\s]*@", json.dumps(SERVICES[name]))


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"lab"}))
def test_a_containers_health_is_a_call_that_its_service_answers(name: str) -> None:
    how, script, *_part = SERVICES[name]["healthcheck"]["test"]
    assert how == "CMD"
    assert script == f"{Path(SERVICES[name]['command']).parent}/healthy"
    assert os.access(ROOT / script, os.X_OK)


def test_the_command_line_waits_for_every_service() -> None:
    waited = {name: how["condition"] for name, how in SERVICES["lab"]["depends_on"].items()}
    assert waited == dict.fromkeys(set(SERVICES) - {"lab"}, "service_healthy")


@pytest.mark.parametrize("name", SERVICES)
def test_a_container_has_an_init_a_limit_of_memory_and_logs_that_do_not_grow_for_ever(name: str) -> None:
    service = SERVICES[name]
    assert service["init"] is True
    assert service["mem_limit"]
    assert service["logging"]["options"]["max-size"]


def mounts(name: str) -> list[list[str]]:
    return [mount.split(":") for mount in SERVICES[name].get("volumes", [])]


@pytest.mark.parametrize("name", SERVICES)
def test_code_is_mounted_read_only_where_the_repository_has_it(name: str) -> None:
    for source, target, *mode in mounts(name):
        if source.startswith(("./", "profiles/")):
            assert (target, mode) == (f"/lab/{source.removeprefix('./')}", ["ro"])
            assert (ROOT / source).exists()


@pytest.mark.parametrize("name", SERVICES)
def test_the_folder_of_a_volume_stands_in_the_image_owned_by_its_user(name: str) -> None:
    owned = re.search(r'&& cd "\$LAB_VAR" && install -d -o lab -g lab (.*)', DOCKERFILE)
    assert owned
    folders = {"/var/lib/lab", *(f"/var/lib/lab/{folder}" for folder in owned[1].split())}
    assert {target for source, target, *_ in mounts(name) if "/" not in source} <= folders


def test_only_the_warehouse_writes_certificates() -> None:
    writers = {name for name in SERVICES if ["tls", "/var/lib/lab/tls"] in mounts(name)}
    assert writers == {"snowflake"}


def stages() -> dict[str, str]:
    """The stages of the Dockerfile: name, and the instructions from its FROM on."""
    parts = re.split(r"^FROM (\S+) AS (\S+)$", DOCKERFILE, flags=re.M)[1:]
    return {name: f"FROM {base}\n{body}" for base, name, body in zip(*[iter(parts)] * 3, strict=True)}


STAGES = stages()


@pytest.mark.parametrize("name", SERVICES)
def test_an_image_is_built_once_from_a_stage_of_its_own_name(name: str) -> None:
    image = SERVICES[name]["image"]
    builders = [other for other, service in SERVICES.items() if service["image"] == image and "build" in service]
    assert len(builders) == 1
    assert SERVICES[builders[0]]["build"]["target"] == image.partition("/")[2]
    if name != builders[0]:
        assert SERVICES[name]["pull_policy"] == "never"
        assert builders[0] in SERVICES[name]["depends_on"]


@pytest.mark.parametrize("target", sorted({service["image"].partition("/")[2] for service in SERVICES.values()}))
def test_an_image_runs_as_the_user_lab(target: str) -> None:
    assert re.findall(r"^USER (\S+)", STAGES[target], re.M) == ["lab"]


def test_every_image_starts_from_the_one_base() -> None:
    bases = {re.match(r"FROM (\S+)", body)[1] for body in STAGES.values()}  # type: ignore[index]
    assert bases - set(STAGES) == {"${BASE_IMAGE}"}
    assert "# syntax=" not in DOCKERFILE
