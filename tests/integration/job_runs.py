"""Job runs for tests: a LocalStack whose spark-submit only runs the script, and waiting for a state."""

import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
from tenacity import RetryCallState, Retrying, retry_if_not_result, stop_after_delay, wait_fixed

ROLE = "arn:aws:iam::000000000000:role/job"
CODE_BUCKET = "job-run-code"
WITHIN_SECONDS = 30

# Options go to the script's environment, so that a script can print what it was submitted with.
STAND_IN = """
    #!/usr/bin/env python3
    import json, os, sys

    options, rest = [], sys.argv[1:]
    while rest and rest[0].startswith("--"):
        options, rest = options + rest[:2], rest[2:]
    os.environ["SUBMITTED_WITH"] = json.dumps(options)
    os.execv(sys.executable, [sys.executable, "-u", *rest])
"""

SCRIPTS = {
    "echo.py": """
        import os, sys
        print("arguments", *sys.argv[1:])
        print("options", os.environ["SUBMITTED_WITH"])
        print("region", os.environ["AWS_REGION"], os.environ["AWS_ENDPOINT_URL"])
        print("to stderr", file=sys.stderr)
    """,
    "keys.py": """
        import os
        print(*(os.environ["AWS_" + name] for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN")))
    """,
    "boom.py": """
        def read(): raise ValueError("no such channel: 7")
        read()
    """,
    "wait.py": """
        import os, time
        print("pid", os.getpid())
        time.sleep(600)
    """,
    # A driver that is deaf to SIGTERM, and a child of its own that is too.
    "deaf.py": """
        import os, signal, subprocess, sys, time
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        print("pid", os.getpid())
        print("pid", child.pid)
        time.sleep(600)
    """,
}


def stand_in(folder: Path) -> Path:
    """A spark-submit without Spark, to be named by LAB_SPARK_SUBMIT."""
    path = folder / "spark-submit"
    path.write_text(textwrap.dedent(STAND_IN).lstrip())
    path.chmod(0o755)
    return path


@contextmanager
def localstack_without_spark(own_lab: Any, folder: Path, endpoint: str, client: Any) -> Iterator[Any]:
    """A LocalStack whose job runs take no Spark, with the scripts in its code bucket; gives its client factory."""
    settings = {"AWS_ENDPOINT_URL": endpoint, "LAB_VAR": str(folder), "LAB_SPARK_SUBMIT": str(stand_in(folder))}
    with own_lab.running("localstack/start", client("s3").list_buckets, settings):
        upload_scripts(client)
        yield client


def upload_scripts(client: Any) -> None:
    """Put the scripts into the code bucket."""
    client("s3").create_bucket(Bucket=CODE_BUCKET)
    for name, text in SCRIPTS.items():
        client("s3").put_object(Bucket=CODE_BUCKET, Key=name, Body=textwrap.dedent(text).encode())


def eventually(probe: Callable[[], Any], is_it: Callable[[Any], bool], within: float = WITHIN_SECONDS) -> Any:
    """Ask `probe` until `is_it` holds for its answer, and return that; fails after `within` seconds."""
    waiting = Retrying(
        stop=stop_after_delay(within),
        wait=wait_fixed(0.1),
        retry=retry_if_not_result(is_it),
        retry_error_callback=lambda state: _give_up(state, within),
    )
    return waiting(probe)


def _give_up(state: RetryCallState, within: float) -> None:
    last = state.outcome.result() if state.outcome else None
    raise AssertionError(f"Not within {within} s; the last answer was {last!r}")


def identity(client: Any, keys: str) -> str:
    """Who the keys that keys.py printed belong to, for the AWS of this client."""
    key_id, secret, token = keys.split()
    session: Any = boto3.Session(key_id, secret, token, region_name="us-east-1")
    arn: str = session.client("sts", endpoint_url=client.meta.endpoint_url).get_caller_identity()["Arn"]
    return arn


def alive(pid: int) -> bool:
    """Whether a process lives; a zombie does not."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return status.rpartition(")")[2].split()[0] != "Z"
