"""The whole path of an AWS profile, its guard included, with emulators as the AWS and the Snowflake account."""

import json
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from tests.chromium import chromium
from tests.e2e.aws_account import (
    ACCOUNT,
    PASSPHRASE,
    REGION,
    STRANGER,
    User,
    airflow_of_this_machine,
    register_key,
    stop_airflow,
    write_credentials,
    write_key,
    write_profile,
)
from tests.e2e.conftest import EVENTS, Lab, own_profile, wait_until

CONFIRMED = ("--confirm", ACCOUNT)


@pytest.fixture(scope="module")
def user(tmp_path_factory: pytest.TempPathFactory) -> Iterator[User]:
    """Somebody with an AWS account, a Snowflake account and profiles/aws.env."""
    folder = tmp_path_factory.mktemp("an account")
    account = {
        "AWS_ACCESS_KEY_ID": ACCOUNT,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AIRFLOW_ROLE_ARN": f"arn:aws:iam::{ACCOUNT}:role/${{PROJECT}}-airflow",
    }
    emulators = Lab(own_profile(folder, account), folder / "var")
    try:
        emulators.run("up")
        path = write_profile(folder, emulators.settings, write_key(folder), airflow={})
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("REQUESTS_CA_BUNDLE", str(emulators.var / "tls" / "bundle.pem"))
            register_key(folder, emulators.settings)
        shell = {**write_credentials(folder), "SNOWFLAKE_PRIVATE_KEY_FILE_PWD": PASSPHRASE}
        yield User(Lab(path, folder / "var", {**shell, "RUNTIME": "auto"}), emulators)
    finally:
        emulators.run("down")


@pytest.fixture(scope="module")
def first_run(user: User) -> str:
    """What `make e2e PROFILE=aws CONFIRM=<account>` printed."""
    result = user.run("e2e", "--events", str(EVENTS), *CONFIRMED)
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-3000:]
    return result.stdout


@pytest.mark.parametrize(
    ("command", "aws_profile", "confirmed", "sentence"),
    [
        pytest.param("deploy", "media", (), "was not confirmed", id="nothing confirmed"),
        pytest.param("e2e", "media", ("--confirm", STRANGER), f"not the confirmed {STRANGER}", id="another confirmed"),
        pytest.param("destroy", "stranger", CONFIRMED, f"those of account {STRANGER}", id="another's credentials"),
        pytest.param("deploy", "nobody", CONFIRMED, "no AWS profile nobody", id="no such credentials"),
    ],
)
def test_nothing_is_changed_in_an_account_that_is_not_the_confirmed_one(
    user: User, command: str, aws_profile: str, confirmed: tuple[str, ...], sentence: str
) -> None:
    before = stacks(user, ACCOUNT), stacks(user, STRANGER)

    refused = user.run(command, *confirmed, aws_profile=aws_profile)

    assert refused.returncode == 1
    assert sentence in refused.stderr
    assert "Traceback" not in refused.stderr
    assert (stacks(user, ACCOUNT), stacks(user, STRANGER)) == before


def stacks(user: User, account: str) -> set[str]:
    """Those that were not deleted."""
    found = user.client("cloudformation", account).list_stacks()["StackSummaries"]
    return {stack["StackName"] for stack in found if stack["StackStatus"] != "DELETE_COMPLETE"}


def test_the_doctor_tells_what_is_missing_and_is_content_once_it_is_mended(user: User) -> None:
    ill = user.run("doctor")
    assert ill.returncode == 1
    assert "aws iam create-service-linked-role --aws-service-name ops.emr-serverless.amazonaws.com" in ill.stdout

    user.client("iam").create_service_linked_role(AWSServiceName="ops.emr-serverless.amazonaws.com")

    well = user.run("doctor")
    assert well.returncode == 0, well.stdout


def test_the_plan_tells_the_bill_and_touches_nothing(user: User) -> None:
    before = stacks(user, ACCOUNT)

    plan = user.run("plan")

    assert plan.returncode == 0, plan.stdout + plan.stderr
    assert "AWS::MWAA::Environment" in plan.stdout
    assert stacks(user, ACCOUNT) == before


def test_a_run_in_the_account_balances(first_run: str) -> None:
    last = first_run.strip().splitlines()[-1]
    assert last.startswith(f"LEDGER produced={EVENTS} ")
    assert last.endswith(" in_flight=0 BALANCED")


def test_all_that_was_made_is_in_that_account_and_region(user: User, first_run: str) -> None:
    assert stacks(user, ACCOUNT) == {"media-stream"}
    assert stacks(user, "000000000000") == set()
    (stack,) = user.client("cloudformation").describe_stacks(StackName="media-stream")["Stacks"]
    assert stack["StackId"].startswith(f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:")
    assert user.client("mwaa").get_environment(Name="media-stream")["Environment"]["Status"] == "AVAILABLE"
    (budget,) = user.client("budgets").describe_budgets(AccountId=ACCOUNT)["Budgets"]
    assert float(budget["BudgetLimit"]["Amount"]) == 2500


def test_a_deployment_without_a_change_does_nothing(user: User, first_run: str) -> None:
    cloudformation = user.client("cloudformation")
    before = cloudformation.describe_stack_events(StackName="media-stream")["StackEvents"]

    again = user.run("deploy", *CONFIRMED)

    assert again.returncode == 0
    assert cloudformation.describe_stack_events(StackName="media-stream")["StackEvents"] == before


def test_the_passphrase_of_the_key_is_kept_nowhere(user: User, first_run: str) -> None:
    search = ["grep", "-rlFs", PASSPHRASE, str(user.lab.var)]  # files come and go under it: the services are running
    assert subprocess.run(search, capture_output=True, text=True, check=False).stdout == ""
    assert PASSPHRASE not in first_run


def test_the_dashboard_shows_what_is_in_the_accounts_warehouse(user: User, first_run: str) -> None:
    address = f"http://localhost:{user.lab.settings['DASHBOARD_PORT']}"
    with chromium() as browser, user.running("dashboard") as dashboard:
        wait_until(lambda: answers(f"{address}/_stcore/health"), "the dashboard answers")
        page = browser.new_page()
        page.goto(address)
        metric = page.get_by_test_id("stMetric").filter(has=page.get_by_text("Viewing events", exact=True))
        expect(metric.get_by_test_id("stMetricValue")).to_have_text(f"{ledger(user)['loaded']:,}")
        dashboard.send_signal(signal.SIGINT)
        dashboard.communicate(timeout=60)

    assert not answers(f"{address}/_stcore/health")


def answers(url: str) -> bool:
    """Whether a program answers there."""
    try:
        return httpx.get(url, trust_env=False).is_success
    except httpx.TransportError:
        return False


def test_the_streaming_job_leaves_when_nothing_comes_and_airflow_starts_it_when_a_record_does(
    user: User, first_run: str
) -> None:
    emr = user.client("emr-serverless")
    (application,) = emr.list_applications()["applications"]
    job = StreamingJob(emr, application["id"])
    (running,) = job.runs("RUNNING")
    emr.cancel_job_run(applicationId=job.application, jobRunId=running)
    wait_until(lambda: job.runs("CANCELLED") == [running], "the streaming job is cancelled")

    impatient = job.start_with(running, "--idle-minutes", "0.1")
    wait_until(lambda: job.runs("SUCCESS") == [impatient], "the streaming job leaves by itself")
    user.client("kinesis").put_record(StreamName="viewership-stream", Data=b"back again", PartitionKey="me")
    wait_until(lambda: ledger(user)["received"] == EVENTS + 1, "the record is archived")
    user.client("mwaa").invoke_rest_api(
        Name="media-stream", Path="/dags/resume_stream/dagRuns", Method="POST", Body={"logical_date": None}
    )

    wait_until(lambda: ledger(user)["bronze"] == EVENTS + 1, "the record is read")
    assert len(job.runs()) == 3


@dataclass(frozen=True)
class StreamingJob:
    """The streaming job's runs, as any client of EMR Serverless sees them."""

    emr: Any
    application: str

    def runs(self, *states: str) -> list[str]:
        """The ids of its runs in one of the states; of all, without one."""
        asked = {"states": list(states)} if states else {}
        found = self.emr.list_job_runs(applicationId=self.application, mode="STREAMING", **asked)["jobRuns"]
        return [run["id"] for run in found]

    def start_with(self, run_id: str, argument: str, value: str) -> str:
        """Start one like that, but for an argument; return its id."""
        run = self.emr.get_job_run(applicationId=self.application, jobRunId=run_id)["jobRun"]
        arguments = run["jobDriver"]["sparkSubmit"]["entryPointArguments"]
        arguments[arguments.index(argument) + 1] = value
        started = self.emr.start_job_run(
            applicationId=self.application, executionRoleArn=run["executionRole"], name=run["name"],
            mode="STREAMING", jobDriver=run["jobDriver"],
        )  # fmt: skip
        return str(started["jobRunId"])


def ledger(user: User) -> dict[str, Any]:
    """`lab ledger --json`."""
    answer: dict[str, Any] = json.loads(user.run("ledger", "--json").stdout)
    return answer


def test_after_destroy_nothing_is_left(user: User, first_run: str) -> None:
    gone = user.run("destroy", *CONFIRMED)

    assert gone.returncode == 0, gone.stdout[-3000:] + gone.stderr[-3000:]
    assert stacks(user, ACCOUNT) == set()
    assert user.client("s3").list_buckets()["Buckets"] == []
    again = user.run("destroy", *CONFIRMED)
    assert again.returncode == 0


@pytest.fixture(scope="module")
def laptop(user: User, tmp_path_factory: pytest.TempPathFactory) -> Iterator[User]:
    """The same user with AIRFLOW=local, on a machine of its own; what stood in for MWAA is gone."""
    folder = tmp_path_factory.mktemp("a laptop")
    stop_airflow(user.account)
    shutil.copytree(user.account.var / "tls", folder / "var" / "tls")  # the warehouse's authority
    key = Path(user.lab.settings["SNOWFLAKE_PRIVATE_KEY_FILE"])
    path = write_profile(folder, user.account.settings, key, airflow=airflow_of_this_machine())
    owner = replace(user, lab=replace(user.lab, profile=path, var=folder / "var"))
    yield owner
    owner.run("down")


def test_this_machines_airflow_runs_the_pipeline_in_the_account(laptop: User) -> None:
    result = laptop.run("e2e", "--events", str(EVENTS), *CONFIRMED)

    assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-3000:]
    assert result.stdout.strip().splitlines()[-1].endswith(" in_flight=0 BALANCED")
    functions = laptop.client("lambda").list_functions()["Functions"]
    assert [function["FunctionName"] for function in functions] == ["media-stream-archive-records"]
    queue = laptop.client("sqs").get_queue_url(QueueName="media-stream-trigger")["QueueUrl"]
    counts = laptop.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"]
    assert counts["ApproximateNumberOfMessages"] == "0"
