import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pyarrow.parquet as pq
import pytest
from rich.console import Console
from snowflake.connector.errors import ProgrammingError
from typer.testing import CliRunner

from scripts import cli
from scripts.warehouse_bench import events, show, steps
from scripts.warehouse_bench.figures import START, Figure

COPY = steps.PROTOCOL[0][0]


def rows(**servers: dict[Figure, float]) -> dict[str, list[str]]:
    console = Console(width=200)
    with console.capture() as shown:
        console.print(show.table("title", servers))
    lines = [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in shown.get().splitlines()]
    return {line[0]: line[1:] for line in lines if line}


def test_each_figure_stands_beside_the_other_servers_with_its_ratio_and_its_aim() -> None:
    found = rows(warehouse={START: 2.0, COPY: 300_000}, stock={START: 4.0, COPY: 600_000})
    assert found["figure"] == ["warehouse", "stock", "warehouse / stock", "aim"]
    assert found[START.name] == ["2.00 s", "4.00 s", "0.50", "≤ 4.00 s"]
    assert found[COPY.name] == ["300,000 rows/s", "600,000 rows/s", "0.50", "≥ 200,000 rows/s"]


def test_an_aim_that_is_missed_is_said() -> None:
    found = rows(warehouse={START: 4.1, COPY: 199_999}, stock={})
    assert found[START.name][-1] == "≤ 4.00 s, missed"
    assert found[COPY.name][-1] == "≥ 200,000 rows/s, missed"


def test_what_a_server_cannot_do_is_left_out_and_its_reason_is_told() -> None:
    def fails(_bench: steps.Bench) -> float:
        raise ProgrammingError(msg="no such thing\nand more", errno=2003)

    told: list[str] = []
    both: steps.Steps = ((Figure("a"), fails), (Figure("b"), lambda _bench: 1.5))
    assert dict(steps.found(both, None, told.append)) == {Figure("b"): 1.5}  # type: ignore[arg-type]
    assert told == ["a: no such thing and more", "b: 1.50 s"]


@pytest.mark.parametrize("count", [10_000, 12_345])
def test_there_are_as_many_different_events_as_asked_for(count: int, tmp_path: Path) -> None:
    ids = [
        text for file in events.write(tmp_path, count).events for text in pq.read_table(file)["event_id"].to_pylist()
    ]
    assert len(ids) == len(set(ids)) == count


@pytest.mark.parametrize("given", ["abc", "9999", "1.5"])
def test_a_wrong_number_of_rows_is_refused_with_an_example(given: str) -> None:
    result = CliRunner().invoke(cli.app, ["bench-warehouse", "--rows", given])
    assert result.exit_code == 2
    assert f"{given!r} is not a whole number from 10000" in result.output
    assert "make bench-warehouse ROWS=1000000" in result.output


def test_ctrl_c_leaves_no_server_and_no_files(tmp_path: Path) -> None:
    lab = str(Path(sys.executable).with_name("lab"))
    command = [
        "env",
        "--default-signal=INT",
        lab,
        "bench-warehouse",
        "--rows",
        "10000",
    ]  # a job in the background has none
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as bench:
        while not (servers := running_servers(bench.pid)) and bench.poll() is None:
            time.sleep(0.05)
        bench.send_signal(signal.SIGINT)
        output = bench.communicate(timeout=30)[0].decode()
    assert bench.returncode == 130, output
    assert not psutil.wait_procs(servers, timeout=10)[1]
    assert list(tmp_path.iterdir()) == []


def running_servers(pid: int) -> list[psutil.Process]:
    """The servers below the process; what it starts before them makes their environment."""
    return [
        child
        for child in psutil.Process(pid).children()
        if any(name in " ".join(child.cmdline()) for name in ("lab_snowflake", "fakesnow"))
    ]
