"""Everything that a deployment made, taken away: what costs most first, what cannot be had again last.

Each step finds by itself what is still to do, so that a command that was interrupted is typed again.
"""

from __future__ import annotations

from collections.abc import Callable

import boto3

from scripts import stack
from scripts.cloudformation import Stack
from scripts.destroy import buckets, jobs, left, warehouse
from scripts.display import Display
from scripts.errors import LabError
from scripts.identity import identify
from scripts.profile import Profile, environment


def destroy(
    profile: Profile, session: boto3.Session, display: Display, stop_airflow: Callable[[], None] = lambda: None
) -> None:
    """Stop what runs, delete stack, buckets and the Snowflake objects, and return when nothing billable is left.

    Args:
        profile: whose stack, account and region.
        session: of that account and region.
        display: told what is done.
        stop_airflow: stops an Airflow of this machine, which would go on starting jobs.

    Raises:
        LabError: a step failed, something is left, or nobody can tell; the same command goes on from there. Before
            anything is touched: the buckets are another region's, and so is the stack that was meant.
    """
    project, account = profile["PROJECT"], identify(profile).account
    names = stack.buckets(project, account)
    for name in names:
        buckets.require_here(session, name, account)
    stop_airflow()
    deployed = Stack(session, project, display.note)
    deployed.wait_until_idle()  # it is not deleted before, and must not be left with empty buckets
    seen = left.tagged(session, project) if deployed.exists() else None
    display.heading("Jobs")
    for application in deployed.physical_ids("AWS::EMRServerless::Application"):
        jobs.stop_application(session, application, display.note)
    for job in deployed.physical_ids("AWS::Glue::Job"):
        jobs.stop_glue_runs(session, job, display.note)
    display.heading("Buckets")
    for name in names:
        buckets.empty(session, name, account, display.note)
    display.heading(f"Stack {project}")
    deployed.delete()
    for name in names:  # the stack leaves them, with what was written until its functions were gone
        buckets.delete(session, name, account, display.note)
    display.heading("Snowflake")
    warehouse.drop(environment(profile), display.note)
    display.heading("What is left")
    require_nothing_left(session, project, seen, display)


def require_nothing_left(session: boto3.Session, project: str, seen: list[str] | None, display: Display) -> None:
    """Raise a LabError when the search by tag still finds something, or cannot be believed.

    Args:
        session: whose account and region.
        project: of the tag.
        seen: what the search found while the stack was there; None when it was gone before.
        display: told while the list lags.
    """
    remains = left.wait_until_none(session, project, display.note)
    if remains:
        lines = "\n  ".join(remains)
        raise LabError(f"{len(remains)} resources still carry the tag Project={project}:\n  {lines}")
    if seen == []:
        raise LabError(
            "Stack, buckets and Snowflake objects are deleted, but what else is left cannot be told: the search by tag "
            "found nothing while the stack was still there, so finding nothing now says nothing."
        )
    display.note(f"Nothing carries the tag Project={project} any more")
