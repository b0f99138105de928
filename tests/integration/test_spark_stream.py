"""The streaming job as a user runs it: killed whenever it hurts, each record is in bronze once and told of once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from pyiceberg.catalog import load_catalog
from tenacity import Retrying, retry_if_result, stop_after_delay, wait_fixed

from scripts import paths

pytestmark = pytest.mark.usefixtures("own_databases")

LAKE = "stream-test-lake"
STREAM = "stream-test"
CHECKPOINT = "checkpoints/stream_viewership"
PATIENCE = 240

ClientFactory = Callable[[str], Any]


class Lake:
    """A lake and a stream of the test's own, and what the job has brought from one to the other."""

    def __init__(self, aws: ClientFactory) -> None:
        self._aws = aws
        self.s3 = aws("s3")
        self.kinesis = aws("kinesis")
        self.s3.create_bucket(Bucket=LAKE)
        self.kinesis.create_stream(StreamName=STREAM, ShardCount=2)
        self.kinesis.get_waiter("stream_exists").wait(StreamName=STREAM, WaiterConfig={"Delay": 1})
        self.put_so_far = 0

    def put(self, count: int) -> None:
        """Put records numbered on from the last."""
        numbers = range(self.put_so_far, self.put_so_far + count)
        records = [{"Data": b"%d" % number, "PartitionKey": f"user-{number}"} for number in numbers]
        assert self.kinesis.put_records(StreamName=STREAM, Records=records)["FailedRecordCount"] == 0
        self.put_so_far += count

    def keys(self, prefix: str) -> list[str]:
        """The lake's objects below a prefix."""
        answer = self.s3.list_objects_v2(Bucket=LAKE, Prefix=prefix)
        return [item["Key"] for item in answer.get("Contents", [])]

    def manifests(self) -> list[dict[str, Any]]:
        """The batch manifests."""
        objects = [self.s3.get_object(Bucket=LAKE, Key=key) for key in self.keys("ops/batches/")]
        return [json.loads(item["Body"].read()) for item in objects]

    def told(self) -> int:
        """The records that the manifests tell of."""
        return sum(manifest["records"] for manifest in self.manifests())

    def bronze(self) -> Counter[bytes]:
        """How often each record is in the bronze table."""
        endpoint = self.s3.meta.endpoint_url
        keys = {"client.access-key-id": "test", "client.secret-access-key": "test", "client.region": "us-east-1"}
        catalog = load_catalog("glue", type="glue", **keys, **{"glue.endpoint": endpoint, "s3.endpoint": endpoint})
        table = catalog.load_table("media_bronze.viewership_records")
        return Counter(table.scan(selected_fields=("data",)).to_arrow()["data"].to_pylist())

    def wait(self, condition: Callable[[], bool], job: subprocess.Popen[bytes], log: Path) -> None:
        """Wait for a condition while the job lives."""
        deadline = monotonic() + PATIENCE

        def met() -> bool:
            assert job.poll() is None, f"The job ended with {job.returncode}:\n{log.read_text()[-4000:]}"
            assert monotonic() < deadline, f"Not within {PATIENCE} s; the job says:\n{log.read_text()[-4000:]}"
            return condition()

        Retrying(stop=stop_after_delay(PATIENCE + 5), wait=wait_fixed(0.2), retry=retry_if_result(lambda ok: not ok))(
            met
        )


@pytest.fixture(scope="module")
def lake(aws: ClientFactory) -> Lake:
    """A lake beside a stream, both empty at first."""
    return Lake(aws)


Run = Callable[..., Any]


@pytest.fixture
def streaming(lab: Any, aws: ClientFactory, tmp_path: Path) -> Run:
    """Run the job in a local Spark, through our spark-submit: `with streaming() as (process, log)`."""
    archive = tmp_path / "jobs.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for path in (paths.ROOT / "jobs").rglob("*.py"):
            file.write(path, path.relative_to(paths.ROOT))
    arguments = ["--lake-bucket", LAKE, "--stream-name", STREAM, "--region", "us-east-1"]
    arguments += ["--kinesis-endpoint", lab.environment["AWS_ENDPOINT_URL"]]
    submit = [str(paths.ROOT / "services" / "spark" / "spark-submit"), "--master", "local[2]"]
    command = [*submit, "--py-files", str(archive), str(paths.ROOT / "jobs" / "stream_viewership.py"), *arguments]

    @contextmanager
    def run(*more: str) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
        log = tmp_path / "stream.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [*command, *more], env=lab.environment, stdout=output, stderr=output, start_new_session=True
            )
        try:
            yield process, log
        finally:
            if process.poll() is None:
                kill(process)

    return run


def kill(process: subprocess.Popen[bytes]) -> None:
    """kill -9 of the driver, its JVM and its Python at once."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@pytest.mark.timeout(900)  # three starts of Spark
def test_each_record_is_in_bronze_once_and_told_of_once_whenever_the_driver_is_killed(
    lake: Lake, streaming: Run
) -> None:
    lake.put(500)
    with streaming() as (job, log):
        lake.wait(lambda: lake.told() == 500, job, log)
        kill(job)
    # As if it had died before it wrote the manifest, between Iceberg's commit and Spark's: the batch is repeated.
    (manifest,) = lake.keys("ops/batches/")
    lake.s3.delete_object(Bucket=LAKE, Key=manifest)
    lake.s3.delete_object(Bucket=LAKE, Key=max(lake.keys(f"{CHECKPOINT}/commits/")))
    with streaming() as (job, log):
        lake.wait(lambda: lake.told() == 500, job, log)
        lake.put(500)
        lake.wait(lambda: len(lake.keys(f"{CHECKPOINT}/offsets/1")) > 0, job, log)
        kill(job)  # a batch is planned and on its way
    lake.put(500)
    with streaming() as (job, log):
        lake.wait(lambda: lake.told() == 1500, job, log)
        job.terminate()
        job.wait(60)

    assert lake.bronze() == Counter({b"%d" % number: 1 for number in range(1500)})
    assert len({(item["query_id"], item["batch_id"]) for item in lake.manifests()}) == len(lake.manifests())


def test_a_job_that_idles_leaves_and_reads_what_came_meanwhile_when_it_is_started_again(
    lake: Lake, streaming: Run
) -> None:
    for _ in range(2):
        lake.put(10)
        with streaming("--idle-minutes", "0.02") as (job, log):
            assert job.wait(PATIENCE) == 0, log.read_text()[-4000:]
        assert "no record for 0.02 minutes: leaving" in log.read_text()
        assert lake.told() == lake.put_so_far
