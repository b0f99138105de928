"""`lab status`: every service with its state, address and memory."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from scripts import health
from scripts.profile import Profile
from scripts.runtime import Runtime


def show(profile: Profile, runtime: Runtime, console: Console) -> bool:
    """Print the table; where the runtime knows of no service, as calls find them. Returns whether every one runs."""
    programs, memory = runtime.programs() or health.seen(profile), runtime.memory()
    addresses = {name: address for service in health.SERVICES for name, address in service.programs.items()}
    table = Table("service", "state", "memory", "address", box=None)
    for program in programs:
        address = addresses[program.name](profile) if program.name in addresses else ""
        table.add_row(program.name, program.state, _megabytes(memory.get(program.name, 0)), address)
    console.print(table)
    running = all(program.runs for program in programs)
    if running:
        together = f"All together: {sum(memory.values()) / 1e9:.1f} GB. " if memory else ""
        console.print(f"{together}Logs: make logs SERVICE=<service>")
    else:
        console.print("Not everything is running. Start it: make up")
    return running


def _megabytes(usage: int) -> str:
    return f"{usage / 1e6:,.0f} MB" if usage else ""
