"""When a service is healthy: a real call answered, never an open port."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from typing import Any

import boto3
import httpx
import snowflake.connector
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from scripts import warehouse
from scripts.errors import LabError, Unavailable
from scripts.identity import identify
from scripts.profile import Profile
from scripts.runtime import Program, Runtime

DEADLINE_SECONDS = 240
POLL_SECONDS = 0.5
CALL_SECONDS = 5
LOG_LINES = 15

Address = Callable[[Profile], str]

Check = Callable[[Profile], None]
"""Returns when the service answers as it should; raises Unavailable otherwise."""


@dataclass(frozen=True, slots=True)
class Service:
    """One thing a user waits for: its programs, each with its address, and the call that proves it."""

    name: str
    programs: Mapping[str, Address]
    check: Check

    def address(self, profile: Profile) -> str:
        """Where a user finds the service: its first program's address."""
        return next(iter(self.programs.values()))(profile)


def localstack(_profile: Profile) -> None:
    """S3, Kinesis, Glue, EMR Serverless, Lambda and CloudFormation answer."""
    calls: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("s3", "list_buckets", {}),
        ("kinesis", "list_streams", {}),
        ("glue", "get_databases", {}),
        ("emr-serverless", "list_applications", {}),
        ("lambda", "list_functions", {}),
        ("cloudformation", "list_stacks", {}),
    )
    quick = Config(connect_timeout=CALL_SECONDS, read_timeout=CALL_SECONDS, retries={"total_max_attempts": 1})
    session = boto3.Session()
    for service, operation, arguments in calls:
        try:
            getattr(session.client(service, config=quick), operation)(**arguments)  # type: ignore[call-overload]
        except (BotoCoreError, ClientError) as error:
            raise Unavailable(f"{service} {operation}: {error}") from error


def snowflake_server(profile: Profile) -> None:
    """A log-in and a query are answered."""
    try:
        with snowflake.connector.connect(
            account=profile["SNOWFLAKE_ACCOUNT"],
            host=profile["SNOWFLAKE_HOST"],
            port=int(profile["SNOWFLAKE_PORT"]),
            user=profile["SNOWFLAKE_USER"],
            password=profile["SNOWFLAKE_PASSWORD"],
            login_timeout=CALL_SECONDS,
            network_timeout=CALL_SECONDS,
            session_parameters={"CLIENT_OUT_OF_BAND_TELEMETRY_ENABLED": False},
        ) as connection:
            connection.cursor().execute("SELECT 1")
    except (snowflake.connector.errors.Error, OSError) as error:  # OSError: it has not made its certificate yet
        raise Unavailable(str(error)) from error


def spark(profile: Profile) -> None:
    """The master is alive and a worker has registered with it."""
    body = _get(f"{profile['SPARK_MASTER_UI_URL']}/json/")
    alive = [worker for worker in body["workers"] if worker["state"] == "ALIVE"]
    if body["status"] != "ALIVE" or not alive:
        raise Unavailable(f"Spark's master is {body['status']} with {len(alive)} workers alive")


def airflow(profile: Profile) -> None:
    """Its database, scheduler, DAG processor and triggerer are healthy."""
    body = _get(f"{profile['AIRFLOW_URL']}/api/v2/monitor/health")
    ill = [f"{name} {state['status']}" for name, state in body.items() if state["status"] != "healthy"]
    if ill:
        raise Unavailable("Airflow: " + ", ".join(ill))


def dashboard(profile: Profile) -> None:
    """Its server answers; whether the warehouse does is for its pages to say."""
    _ask(f"{profile['DASHBOARD_URL']}/_stcore/health")


def mwaa_call(_profile: Profile) -> None:
    """MWAA's REST call is answered by the Airflow of this machine."""
    try:
        boto3.client("mwaa").list_environments()
    except (BotoCoreError, ClientError) as error:
        raise Unavailable(f"mwaa list_environments: {error}") from error


def aws_account(profile: Profile) -> None:
    """AWS knows whose credentials these are."""
    identify(profile)


def snowflake_account(_profile: Profile) -> None:
    """A log-in and a query are answered; the query needs no warehouse, and costs nothing."""
    with warehouse.connect() as connection:
        connection.cursor().execute("SELECT 1")


def _get(url: str) -> dict[str, Any]:
    try:
        return dict(_ask(url).json())
    except ValueError as error:
        raise Unavailable(f"{url}: {error}") from error


def _ask(url: str) -> httpx.Response:
    try:
        return httpx.get(url, timeout=CALL_SECONDS, trust_env=False).raise_for_status()
    except httpx.HTTPError as error:
        raise Unavailable(f"{url}: {error or type(error).__name__}") from error


def _at(setting: str) -> Address:
    return lambda profile: profile[setting]


def _warehouse_address(profile: Profile) -> str:
    return f"https://{profile['SNOWFLAKE_HOST']}:{profile['SNOWFLAKE_PORT']}"


SERVICES: tuple[Service, ...] = (
    Service("LocalStack", {"localstack": _at("AWS_ENDPOINT_URL")}, localstack),
    Service("Snowflake", {"snowflake": _warehouse_address}, snowflake_server),
    Service(
        "Spark",
        {"spark-master": _at("SPARK_MASTER_UI_URL"), "spark-worker": _at("SPARK_WORKER_UI_URL")},
        spark,
    ),
    Service(
        "Airflow",
        {f"airflow-{part}": _at("AIRFLOW_URL") for part in ("webserver", "scheduler", "dag-processor", "triggerer")},
        airflow,
    ),
    Service("Dashboard", {"dashboard": _at("DASHBOARD_URL")}, dashboard),
)


MWAA_CALL = Service("MWAA's call", {"localstack": _at("AWS_ENDPOINT_URL_MWAA")}, mwaa_call)
AIRFLOW = next(service for service in SERVICES if service.name == "Airflow")

ACCOUNTS: tuple[Service, ...] = (
    Service("AWS", {"aws": lambda profile: f"{profile['AWS_ACCOUNT_ID']}, {profile['AWS_REGION']}"}, aws_account),
    Service("Snowflake", {"snowflake-account": _at("SNOWFLAKE_ACCOUNT")}, snowflake_account),
)


def services(profile: Profile) -> tuple[Service, ...]:
    """What a user of ``profile`` waits for."""
    if not profile.is_aws:
        return SERVICES
    return ACCOUNTS if profile.airflow == "mwaa" else (MWAA_CALL, AIRFLOW, *ACCOUNTS)


def seen(profile: Profile, besides: Set[str] = frozenset()) -> tuple[Program, ...]:
    """Every service as a call finds it now, without those whose programs are known: ``besides``."""
    return tuple(
        Program(name, "healthy" if answers else "no answer", runs=answers)
        for service in services(profile)
        if not besides & service.programs.keys()
        for answers in (_answers(service, profile),)
        for name in service.programs
    )


def _answers(service: Service, profile: Profile) -> bool:
    try:
        service.check(profile)
    except LabError:
        return False
    return True


def wait(
    profile: Profile,
    runtime: Runtime,
    on_healthy: Callable[[Service, float], None],
    deadline: float = DEADLINE_SECONDS,
) -> None:
    """Wait until every service is healthy, all at the same time.

    Raises:
        LabError: a program gave up or the deadline passed; the message ends in that service's last log lines.
    """
    started = time.monotonic()
    results: Mapping[str, _Waiter] = {
        service.name: _Waiter(service, profile, runtime, started + deadline) for service in services(profile)
    }
    for waiter in results.values():
        waiter.start()
    reported: set[str] = set()
    while len(reported) < len(results):
        for name, waiter in results.items():
            if name not in reported and waiter.done.wait(POLL_SECONDS / len(results)):
                if waiter.failure:
                    _abandon(results)
                    raise waiter.failure
                reported.add(name)
                on_healthy(waiter.service, time.monotonic() - started)


def _abandon(waiters: Mapping[str, _Waiter]) -> None:
    for waiter in waiters.values():
        waiter.abandoned.set()


class _Waiter(threading.Thread):
    """Polls one service until it is healthy, gives up, or is abandoned."""

    def __init__(self, service: Service, profile: Profile, runtime: Runtime, deadline: float) -> None:
        super().__init__(daemon=True, name=f"health-{service.name}")
        self.service = service
        self.failure: LabError | None = None
        self.done = threading.Event()
        self.abandoned = threading.Event()
        self._profile = profile
        self._runtime = runtime
        self._deadline = deadline

    def run(self) -> None:
        while not self.abandoned.is_set():
            try:
                self.service.check(self._profile)
                break
            except Unavailable as error:
                self.failure = self._verdict(error)
            except LabError as error:  # waiting does not mend it
                self.failure = error
            except Exception as error:
                self.failure = LabError(f"The health check of {self.service.name} itself failed: {error!r}")
            if self.failure:
                self.done.set()
                return
            self.abandoned.wait(POLL_SECONDS)
        self.done.set()

    def _verdict(self, error: Unavailable) -> LabError | None:
        for program in self._runtime.programs():
            if program.name in self.service.programs and program.gave_up:
                return self._unhealthy(program.name, f"{program.name} does not stay up ({program.state})")
        if time.monotonic() > self._deadline:
            return self._unhealthy(next(iter(self.service.programs)), f"no healthy answer in time ({error.message})")
        return None

    def _unhealthy(self, program: str, what: str) -> LabError:
        end = self._runtime.tail(program, LOG_LINES)
        return LabError(
            f"{self.service.name} is not healthy: {what}. The end of its log:\n{end}",
            next_command=f"make logs SERVICE={program}",
        )
