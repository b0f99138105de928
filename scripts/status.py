"""`lab status`: every service with its state, address and memory."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from scripts import health
from scripts.profile import Profile
from scripts.runtime import Runtime


def show(profile: Profile, runtime: Runtime, console: Console) -> bool:
    """Print the table; what the runtime does not know of is as a call finds it. Returns whether every service runs."""
    known, memory = runtime.programs(), runtime.memory()
    programs = known if known and not profile.is_aws else (*known, *health.seen(profile, {each.name for each in known}))
    addresses = {name: address for service in health.services(profile) for name, address in service.programs.items()}
    table = Table("service", "state", "memory", "address", box=None)
    for program in programs:
        address = addresses[program.name](profile) if program.name in addresses else ""
        table.add_row(program.name, program.state, _megabytes(memory.get(program.name, 0)), address)
    console.print(table)
    running = all(program.runs for program in programs)
    if running and profile.is_aws and not known:
        console.print("AWS and Snowflake answer; nothing of this profile runs on this machine.")
    elif running:
        together = f"All together: {sum(memory.values()) / 1e9:.1f} GB. " if memory else ""
        console.print(f"{together}Logs: make logs SERVICE=<service>")
    else:
        console.print("Not everything is running. Start it: make up")
    return running


def _megabytes(usage: int) -> str:
    return f"{usage / 1e6:,.0f} MB" if usage else ""
