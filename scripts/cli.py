"""The `lab` command line. Each command is a few lines: the work is in the module it names."""

from __future__ import annotations

import json
import shutil
import sys
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, NoReturn

import boto3
import typer
from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError
from rich.console import Console

from scripts import (
    bench,
    checks,
    dashboard,
    deploy,
    dictionary,
    generate,
    guard,
    ledger,
    paths,
    placement,
    profile,
    report,
    run,
    services,
    stack,
    status,
)
from scripts import doctor as doctors
from scripts.destroy import destroy
from scripts.display import shown
from scripts.errors import LabError
from scripts.options import Confirm, Events, EventsPerSecond, Rows, Seed
from scripts.plan.plan import plan
from scripts.profile import Profile
from scripts.runtime import Runtime, engine, managed
from scripts.runtime.choose import Wish, choose
from scripts.stopwatch import Stopwatch
from scripts.warehouse_bench.run import run as run_warehouse_bench

app = typer.Typer(
    name="lab",
    help="The whole chain from Kinesis to Snowflake on a laptop. The same verbs are make targets: make help.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
console = Console(soft_wrap=True, width=None if sys.stdout.isatty() else 160)  # a log is not 80 columns wide
errors = Console(stderr=True, soft_wrap=True)


CURRENT: ContextVar[Profile | None] = ContextVar("profile", default=None)
"""The profile of the command that runs, for the sentence it may end with."""

CHANGING = ("deploy", "destroy", "e2e", "up")
"""The targets that ask for the account they change."""


@dataclass(frozen=True)
class Lab:
    """What every command has: the profile, and the runtime of its services once one is needed."""

    profile: Profile
    wish: Wish
    command: str

    def may_read(self) -> None:
        """Return when the credentials are those of the profile's account."""
        guard.before_reading(self.profile)

    def may_change(self, confirmed: str | None) -> None:
        """Return, saying where, when the user has named the account that the command is about to change."""
        if identity := guard.before_changing(self.profile, self.command, confirmed):
            where = f"AWS account {identity.account}, region {self.profile['AWS_REGION']}, as {identity.arn}"
            console.print(where, markup=False, highlight=False)

    @cached_property
    def runtime(self) -> Runtime:
        """The runtime, chosen and said."""
        choice = choose(self.wish, self.profile)
        console.print(f"Runtime: {choice.runtime.name} ({choice.reason})", markup=False, highlight=False)
        return choice.runtime


class Context(typer.Context):
    """typer's, with the lab in it."""

    obj: Lab


@app.callback()
def main(
    context: Context,
    profile_name: Annotated[
        str, typer.Option("--profile", help="A file of profiles/, without .env, or the path of such a file.")
    ] = "local",
    wish: Annotated[
        Wish,
        typer.Option(
            "--runtime",
            envvar="RUNTIME",
            help="Where the services run: in containers (compose), as processes, or not by this command (none).",
        ),
    ] = Wish.AUTO,
) -> None:
    """Read the profile and make it the environment of everything that follows."""
    context.obj = Lab(profile.load(profile_name), wish, context.invoked_subcommand or "")
    CURRENT.set(context.obj.profile)
    profile.activate(context.obj.profile)


@app.command()
def e2e(context: Context, events: Events = 20_000, seed: Seed = 7, confirm: Confirm = None) -> None:
    """Start what is not running, deploy, send EVENTS records and account for every one of them.

    Exit code 0 only when the ledger balances and no check of the warehouse failed.
    """
    lab, watch = context.obj, Stopwatch()
    lab.may_change(confirm)
    with shown(console) as display:
        with watch.stage("services"):
            services.up(lab.profile, lab.runtime, display)
        result = run.end_to_end(lab.profile, lab.runtime, display, watch, events=events, seed=seed)
    if not result.succeeded:
        for ailment in services.ailments(lab.runtime):
            errors.print(ailment, style="red", markup=False, highlight=False)
    report.show(result, lab.profile, console)
    raise typer.Exit(0 if result.succeeded else 1)


@app.command()
def up(context: Context, confirm: Confirm = None) -> None:
    """Start what is not running and wait until it is healthy."""
    if context.obj.profile.airflow == "local":  # an Airflow that is started goes on with what waits for it
        context.obj.may_change(confirm)
    else:
        context.obj.may_read()
    with shown(console) as display:
        services.up(context.obj.profile, context.obj.runtime, display)


@app.command()
def down(context: Context) -> None:
    """Stop every service; what they wrote stays."""
    lab = context.obj
    console.print("Stopped." if lab.runtime.stop() else "Nothing was running.")
    if lab.profile.is_aws:
        confirmed = f"CONFIRM={lab.profile['AWS_ACCOUNT_ID']}"
        console.print(f"What runs in AWS goes on, and costs: make destroy PROFILE={lab.profile.name} {confirmed}")


@app.command()
def clean(context: Context) -> None:
    """Stop every service and delete state, logs and reports (var/, or the containers' volumes)."""
    context.obj.runtime.clean()
    if paths.var().exists():
        shutil.rmtree(paths.var())
    console.print("Stopped; state, logs and reports are gone. Environments and images stay.")


@app.command(name="status")
def show_status(context: Context) -> None:
    """Show every service: state, address, memory. Exit code 1 when one is not running."""
    context.obj.may_read()
    healthy = status.show(context.obj.profile, context.obj.runtime, console)
    raise typer.Exit(0 if healthy else 1)


@app.command()
def logs(
    context: Context,
    service: Annotated[str | None, typer.Argument(help="One service (names: lab status); all of them without.")] = None,
    lines: Annotated[int, typer.Option("--lines", "-n", min=1, help="How many lines of each log.")] = 100,
) -> None:
    """Print the end of the services' logs."""
    runtime = context.obj.runtime
    names = [program.name for program in runtime.programs()] or list(placement.programs(context.obj.profile))
    if not names:
        console.print(managed.where_logs_are(context.obj.profile), markup=False, highlight=False)
        return
    if service is not None and service not in names:
        raise LabError(f"There is no service {service!r}. Services: {', '.join(names)}.", next_command="make status")
    for name in [service] if service else names:
        console.print(f"==> {name}", style="bold")
        console.print(runtime.tail(name, lines), markup=False, highlight=False)


@app.command(name="deploy")
def deploy_all(context: Context, confirm: Confirm = None) -> None:
    """Create or update everything in AWS and Snowflake; without a change it does nothing."""
    context.obj.may_change(confirm)
    with shown(console) as display:
        deploy.deploy(context.obj.profile, boto3.Session(), display)


@app.command(name="destroy")
def destroy_all(context: Context, confirm: Confirm = None) -> None:
    """Delete everything that a deployment made in AWS and Snowflake, data too, and look for what is left.

    Exit code 1 when anything billable is left. Interrupted, it is typed again.
    """
    lab = context.obj
    lab.may_change(confirm)

    def stop_airflow() -> None:
        if lab.profile.airflow == "local":
            lab.runtime.stop()

    with shown(console) as display:
        destroy(lab.profile, boto3.Session(), display, stop_airflow)


@app.command(name="generate")
def generate_events(context: Context, events: Events = 20_000, seed: Seed = 7, confirm: Confirm = None) -> None:
    """Send EVENTS records to the stream and claim them for the ledger; `lab e2e` does more."""
    context.obj.may_change(confirm)
    session, outputs = boto3.Session(), stack.outputs(boto3.Session(), context.obj.profile["PROJECT"])
    settings = generate.GenerateSettings(
        bucket=outputs.lake_bucket, stream=outputs.stream_name, events=events, seed=seed
    )
    with shown(console) as display:
        generate.reference.upload(settings, session)
        result = generate.run(settings, session, lambda progress: run.show_put(display, progress))
    console.print(f"{result.run_id}: {result.sent:,} records at {result.rate:,.0f}/s.", highlight=False)


@app.command(name="ledger")
def show_ledger(
    context: Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    run_id: Annotated[str | None, typer.Option("--run", help="Only this run's records (run-xxxxxxxx).")] = None,
) -> None:
    """Account for every record ever produced. Exit code 1 when the ledger does not balance."""
    context.obj.may_read()
    outputs = stack.outputs(boto3.Session(), context.obj.profile["PROJECT"])
    taken = ledger.take(ledger.Sources(boto3.Session(), outputs.lake_bucket, outputs.stream_name), run_id)
    if as_json:
        sys.stdout.write(json.dumps(taken.as_dict(), indent=2, default=str) + "\n")
    else:
        report.show_ledger(taken, console)
    raise typer.Exit(0 if taken.balanced else 1)


@app.command(name="dashboard")
def serve_dashboard(context: Context) -> None:
    """Serve the dashboard over an account's Snowflake, until Ctrl-C. Over the local one `lab up` does."""
    lab = context.obj
    lab.may_read()
    with shown(console) as display:
        dashboard.prepare(lab.profile, display.note)
    console.print(f"Dashboard: http://localhost:{lab.profile['DASHBOARD_PORT']} (Ctrl-C ends it)", highlight=False)
    dashboard.become()


@app.command()
def doctor(context: Context) -> None:
    """Say all that is missing or wrong, each with what mends it; touch nothing. Exit code 1 when something is wrong."""
    sound = doctors.show(doctors.examine(context.obj.profile), console)
    raise typer.Exit(0 if sound else 1)


@app.command(name="plan")
def show_plan(context: Context, events_per_second: EventsPerSecond = 100) -> None:
    """Say what a deployment would make and change, and what it would cost; touch nothing.

    Exit code 1 when a month would cost more than the profile's budget.
    """
    lab = context.obj
    if not lab.profile.is_aws:
        raise LabError("A lab of this machine costs nothing.", next_command="make plan PROFILE=aws")
    lab.may_read()
    plan(lab.profile, events_per_second, console)


@app.command()
def test(
    groups: Annotated[list[str] | None, typer.Argument(help=f"Any of: {', '.join(checks.GROUPS)}.")] = None,
) -> None:
    """Run every test, each group in the environment of the service it tests."""
    with shown(console) as display:
        checks.prepare(display)
    raise typer.Exit(checks.test(groups or list(checks.GROUPS), console))


@app.command(name="bench")
def bench_chain(context: Context, events: Events = 20_000) -> None:
    """Measure the chain as processes and, where an engine answers, in containers: figures side by side."""
    trouble = engine.trouble()
    if trouble:
        console.print(f"No containers here: {trouble}.", markup=False, highlight=False)
    runtimes = ["processes"] if trouble else ["processes", "compose"]
    bench.run(runtimes, events, context.obj.profile.path, console)


@app.command(name="bench-warehouse")
def bench_warehouse(rows: Rows = 1_000_000) -> None:
    """Measure the local warehouse beside fakesnow's own server: loads, MERGE, queries, fetches, memory, start.

    On free ports and temporary files: a running lab is left alone, though it makes the figures worse.
    """
    with shown(console) as display:
        table = run_warehouse_bench(rows, display)
    console.print(table)


@app.command()
def lint() -> None:
    """Check style, types, import contracts and the CloudFormation template."""
    with shown(console) as display:
        checks.prepare(display)  # mypy reads the packages of every environment
    raise typer.Exit(checks.lint(console))


@app.command(name="dictionary")
def write_dictionary() -> None:
    """Write docs/data-dictionary.md from the comments in snowflake/."""
    console.print(f"{paths.display(dictionary.write())} is written", highlight=False)


@app.command()
def lock() -> None:
    """Compile every requirements.in into its requirements.txt with hashes, to the newest versions allowed."""
    checks.lock(console)


def _next_command(command: str) -> str:
    """Under an account's profile with that profile: without it, make would act on the lab of this machine."""
    current = CURRENT.get()
    if current is None or not current.is_aws or "PROFILE=" in command or not command.startswith("make "):
        return command
    changes = command.split()[1] in CHANGING
    return f"{command} PROFILE={current.name}" + (f" CONFIRM={current['AWS_ACCOUNT_ID']}" if changes else "")


def entry() -> None:
    """Run the command line; a user's mistake is a sentence and exit code 1, Ctrl-C is exit code 130."""
    try:
        app()
    except EndpointConnectionError as error:
        _end(str(error), "make up")
    except (BotoCoreError, ClientError) as error:  # refused, throttled, or the credentials have expired on the way
        _end(f"AWS: {error}", "make doctor")
    except LabError as error:
        _end(error.message, error.next_command)


def _end(message: str, next_command: str | None) -> NoReturn:
    errors.print(f"error: {message}", style="red", markup=False, highlight=False)
    if next_command:
        errors.print(f"next:  {_next_command(next_command)}", markup=False, highlight=False)
    sys.exit(1)


if __name__ == "__main__":
    entry()
