"""Make what the four Airflow processes share: keys, password file, database schema. Each start script calls it.

A file lock lets the first caller do the work and the others wait for it. A caller that finds the work done costs half
a second, where `airflow db migrate` would cost five: four of those would be half the time to a healthy lab.
"""

import fcntl
import json
import os
import secrets
import subprocess
import sys
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from sqlalchemy import create_engine, inspect, text


@contextmanager
def only_one_process(lock_file: Path) -> Iterator[None]:
    """Hold `lock_file`; the kernel lets go of it however this process ends."""
    with lock_file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def write_private(path: Path, content: str) -> None:
    """Replace `path` in one step with a file that only its owner reads."""
    draft = path.with_name(path.name + ".draft")
    draft.touch(mode=0o600)
    draft.write_text(content)
    draft.replace(path)


def make_keys(keys_file: Path) -> None:
    """Write the keys that sign tokens and encrypt connections, once: with new ones every session would end."""
    if keys_file.exists():
        return
    keys = {
        "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_urlsafe(64),
        "AIRFLOW__API__SECRET_KEY": secrets.token_urlsafe(32),
        "AIRFLOW__CORE__FERNET_KEY": urlsafe_b64encode(os.urandom(32)).decode(),
    }
    write_private(keys_file, "".join(f"{name}={value}\n" for name, value in keys.items()))


def aws_config(role: str) -> str:
    """A configuration for botocore: it assumes `role`, with the keys of this process, and renews what expires."""
    return (
        f"[default]\nrole_arn = {role}\nrole_session_name = airflow\nsource_profile = profile-keys\n"
        f"[profile profile-keys]\naws_access_key_id = {os.environ['AWS_ACCESS_KEY_ID']}\n"
        f"aws_secret_access_key = {os.environ['AWS_SECRET_ACCESS_KEY']}\n"
    )


def schema_revision(address: str) -> str | None:
    """Return the revision the database at `address` is at, or None when it has no schema yet."""
    engine = create_engine(address)
    try:
        if not inspect(engine).has_table("alembic_version"):
            return None
        with engine.connect() as connection:
            revision: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
            return revision
    finally:
        engine.dispose()


def migrate(home: Path) -> None:
    """Bring the database to the schema of the installed Airflow, unless it is known to be there."""
    address = os.environ["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"]
    stamp = home / "schema.json"
    installed = version("apache-airflow-core")
    known = json.loads(stamp.read_text()) if stamp.exists() else None
    if known == {"airflow": installed, "revision": schema_revision(address)}:
        return
    print(f"Bringing Airflow's database to the schema of Airflow {installed}", flush=True)
    subprocess.run([sys.executable, "-m", "airflow", "db", "migrate"], check=True)
    write_private(stamp, json.dumps({"airflow": installed, "revision": schema_revision(address)}))


def main(home: Path) -> None:
    """Prepare Airflow's home directory `home`; run again, it changes nothing."""
    with only_one_process(home / "prepare.lock"):
        make_keys(home / "keys.env")
        login = {os.environ["AIRFLOW_USER"]: os.environ["AIRFLOW_PASSWORD"]}
        write_private(home / "passwords.json", json.dumps(login))
        if role := os.environ.get("AIRFLOW_ROLE_ARN"):
            write_private(home / "aws-config", aws_config(role))
        (home / "plugins").mkdir(exist_ok=True)
        migrate(home)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
