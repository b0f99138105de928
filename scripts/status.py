"""`lab status`: every service with its state, address and memory."""

from __future__ import annotations

import contextlib

import psutil
from rich.console import Console
from rich.table import Table

from scripts import health, supervisor
from scripts.profile import Profile


def show(profile: Profile, console: Console) -> bool:
    """Print the table. Returns whether every program is running."""
    states = {program.name: program for program in supervisor.programs()}
    table = Table("service", "state", "pid", "memory", "address", box=None)
    for service in health.SERVICES:
        for name, address in service.programs.items():
            program = states.get(name)
            state = program.state if program else "STOPPED"
            pid = program.pid if program and state == "RUNNING" else 0
            table.add_row(name, state, str(pid or ""), _megabytes(pid), address(profile))
    console.print(table)
    running = all(name in states and states[name].state == "RUNNING" for name in supervisor.program_names())
    if running:
        console.print(f"All processes: {supervisor.memory() / 1e9:.1f} GB. Logs: make logs SERVICE=<service>")
    else:
        console.print("Not everything is running. Start it: make up")
    return running


def _megabytes(pid: int) -> str:
    if not pid:
        return ""
    total = 0
    with contextlib.suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        for member in [process, *process.children(recursive=True)]:
            with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                total += member.memory_full_info().pss
    return f"{total / 1e6:,.0f} MB"
