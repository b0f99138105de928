"""Services for tests that talk to them from outside: started once a session by their start scripts, on free ports.

They are processes, or with `--services=containers` containers of the lab's own images; the tests are the same. `aws`
makes boto3 clients of a LocalStack with our plugin, `warehouse` connections to the local Snowflake. Their state lies
below a temporary directory (with a space in its name), and nothing of a running lab is touched.
"""

import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

import boto3
import pytest
import snowflake.connector
from botocore.config import Config
from tenacity import RetryError, Retrying, retry_if_result, stop_after_delay, wait_fixed

from scripts import profile
from scripts.ledger import iceberg
from tests.integration.run_containers import Containers
from tests.integration.run_processes import Processes
from tests.integration.running import Ended, Runner, RunningService
from tests.loaded_lake import Lake, deployed, first_export

READY_WITHIN = 90
AWS_SETTINGS = ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "AWS_DEFAULT_REGION")
LOG_LINES = 30
RUNNERS: Mapping[str, Callable[[], Runner]] = {"processes": Processes, "containers": Containers}

ClientFactory = Callable[[str], Any]
ConnectionFactory = Callable[[], snowflake.connector.SnowflakeConnection]
OwnLocalStack = Callable[..., AbstractContextManager[tuple[RunningService, ClientFactory]]]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--services", choices=sorted(RUNNERS), default="processes", help="how services are run")
    parser.addoption("--renew", action="store_true", help="write docs/questions.md anew, with the answers found")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "processes(reason): looks at what a container hides, or needs no service")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--services") == "processes":
        return
    for item in items:
        if marker := item.get_closest_marker("processes"):
            item.add_marker(pytest.mark.skip(reason=f"for processes only: {marker.args[0]}"))


@dataclass(frozen=True)
class Lab:
    """Where this session's services are: their environment, the folder of their state, and how they are run."""

    environment: Mapping[str, str]
    var: Path
    runner: Runner

    @contextmanager
    def running(
        self, script: str, ready: Callable[[], object], environment: Mapping[str, str] | None = None
    ) -> Iterator[RunningService]:
        """Start `services/<script>` and wait until a real call to it succeeds; all of it ends with the block.

        `ready` raises, or returns nothing, for as long as the service does not answer.
        """
        service = self.runner.start(script, {**self.environment, **(environment or {})})
        try:
            wait_until_ready(service, script, ready)
            yield service
        finally:
            if service.exit_code is None:
                service.stop()
            service.remove()

    def run(self, script: str, environment: Mapping[str, str], within: float) -> Ended:
        """Start `services/<script>` and wait until it ends by itself."""
        return self.runner.run(script, {**self.environment, **environment}, within)


@pytest.fixture(scope="session")
def runner(request: pytest.FixtureRequest) -> Runner:
    """How services are run, as `--services` says."""
    chosen = RUNNERS[request.config.getoption("--services")]()
    chosen.prepare()
    return chosen


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory, runner: Runner) -> Iterator[Lab]:
    """The local profile with every port free."""
    var = tmp_path_factory.mktemp("lab var")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAB_VAR", str(var))
        environment = profile.environment(profile.load("local"))
        addresses = {
            "AWS_ENDPOINT_URL": f"http://localhost:{free_port()}",
            "AIRFLOW_URL": f"http://localhost:{free_port()}",
            "SPARK_MASTER_URL": f"spark://127.0.0.1:{free_port()}",
            "SNOWFLAKE_PORT": str(free_port()),
        }
        yield Lab({**environment, **addresses}, var, runner)


@pytest.fixture(scope="session")
def localstack(lab: Lab) -> Iterator[RunningService]:
    """LocalStack with our plugin, answering for S3 and Kinesis."""
    client = client_factory(lab.environment["AWS_ENDPOINT_URL"])

    def ready() -> bool:
        client("s3").list_buckets()
        client("kinesis").list_streams()
        return True

    with lab.running("localstack/start", ready) as service:
        yield service


@pytest.fixture(scope="session")
def aws(lab: Lab, localstack: RunningService) -> ClientFactory:
    """boto3 clients of the session's LocalStack: `aws("kinesis")`."""
    return client_factory(lab.environment["AWS_ENDPOINT_URL"])


@pytest.fixture
def session(lab: Lab, localstack: RunningService, monkeypatch: pytest.MonkeyPatch) -> boto3.Session:
    """A session that finds its endpoint where every program finds it: in the environment."""
    for name in AWS_SETTINGS:
        monkeypatch.setenv(name, lab.environment[name])
    return boto3.Session()


@pytest.fixture
def own_databases(session: boto3.Session) -> Iterator[None]:
    """For tests that make the lake's tables without the stack: a stack deployed after them finds none of them."""
    catalog = iceberg.catalog(session)
    databases = set(catalog.list_namespaces())
    tables = {table for database in databases for table in catalog.list_tables(database)}
    yield
    for database in catalog.list_namespaces():
        for table in set(catalog.list_tables(database)) - tables:
            catalog.drop_table(table)
        if database not in databases:
            catalog.drop_namespace(database)


@pytest.fixture
def own_localstack(lab: Lab, tmp_path: Path) -> OwnLocalStack:
    """Start a LocalStack of the test's own, to be stopped or killed: `with own_localstack() as (service, client)`."""

    @contextmanager
    def start(**settings: str) -> Iterator[tuple[RunningService, ClientFactory]]:
        endpoint = f"http://localhost:{free_port()}"
        client = client_factory(endpoint)
        settings |= {"AWS_ENDPOINT_URL": endpoint, "LAB_VAR": str(tmp_path)}
        with lab.running("localstack/start", client("kinesis").describe_limits, settings) as service:
            yield service, client

    return start


@pytest.fixture(scope="session")
def warehouse(lab: Lab, localstack: RunningService) -> Iterator[ConnectionFactory]:
    """Connections to the local Snowflake; its stages read the session's LocalStack."""
    settings = lab.environment

    def connect() -> snowflake.connector.SnowflakeConnection:
        return snowflake.connector.connect(
            account=settings["SNOWFLAKE_ACCOUNT"],
            host=settings["SNOWFLAKE_HOST"],
            port=int(settings["SNOWFLAKE_PORT"]),
            user=settings["SNOWFLAKE_USER"],
            password=settings["SNOWFLAKE_PASSWORD"],
            login_timeout=5,
            session_parameters={"CLIENT_TELEMETRY_ENABLED": False},
        )

    def ready() -> object:
        with connect() as connection:
            return connection.cursor().execute("SELECT 1")

    with pytest.MonkeyPatch.context() as patch:
        for name in ("REQUESTS_CA_BUNDLE", "NO_PROXY", "no_proxy", "SNOWFLAKE_DISABLE_PLATFORM_DETECTION"):
            patch.setenv(name, settings[name])
        with lab.running("snowflake/start", ready):
            yield connect


def client_factory(endpoint: str) -> ClientFactory:
    """Clients of this endpoint, whatever the user's own AWS settings are. A failed call is not tried again."""
    session: Any = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1")
    config = Config(inject_host_prefix=False, retries={"total_max_attempts": 1}, s3={"addressing_style": "path"})
    return lambda service: session.client(service, endpoint_url=endpoint, config=config)


def wait_until_ready(service: RunningService, script: str, ready: Callable[[], object]) -> None:
    """Call `ready` until it succeeds; fail with the service's last lines when it ends or does not answer in time."""
    failures: list[Exception] = []

    def answers() -> bool:
        if service.exit_code is not None:
            pytest.fail(f"services/{script} ended with {service.exit_code}:\n{end_of(service.log())}")
        try:
            return bool(ready())
        except Exception as error:  # whatever a client raises while nothing answers yet
            failures.append(error)
            return False

    try:
        Retrying(stop=stop_after_delay(READY_WITHIN), wait=wait_fixed(0.2), retry=retry_if_result(lambda ok: not ok))(
            answers
        )
    except RetryError:
        last = failures[-1] if failures else None
        pytest.fail(f"services/{script} did not answer within {READY_WITHIN} s: {last!r}\n{end_of(service.log())}")


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def end_of(log: str) -> str:
    """Its last lines."""
    return "\n".join(log.splitlines()[-LOG_LINES:])


@contextmanager
def timed() -> Iterator[Callable[[], float]]:
    """Measure the block: call what it gives for the seconds since its start."""
    start = monotonic()
    yield lambda: monotonic() - start


@pytest.fixture
def lake(aws: Any, warehouse: ConnectionFactory) -> Iterator[Lake]:
    """A lake of the test's own."""
    with deployed(aws("s3"), warehouse) as own:
        yield own


@pytest.fixture(scope="module")
def shared_lake(aws: Any, warehouse: ConnectionFactory) -> Iterator[Lake]:
    """For tests that only stage, or only read what `first_export` made of the marts."""
    with deployed(aws("s3"), warehouse) as shared:
        export = first_export()
        export.rows["demographics"] = [
            {"user_id": "x", "gender": "female", "age_group": "25-34", "region": "NA", "subscription_type": "basic"}
        ]
        shared.load(export)
        yield shared
