from rich.console import Console

from scripts import bench


def report(services: float, peak: float, freshness: float | None = 2.0) -> bench.Report:
    return {
        "seconds": {"services": services, "deploy": 5.0, "first put to warehouse": 80.0},
        "put_records_per_second": 9_000,
        "bronze_freshness_seconds": freshness and {"p95": freshness},
        "memory_bytes": {"start": 2.5e9, "peak": peak},
    }


def rows(**reports: bench.Report) -> dict[str, list[str]]:
    console = Console(width=200)
    with console.capture() as shown:
        console.print(bench.table("title", reports))
    lines = [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in shown.get().splitlines()]
    return {line[0]: line[1:] for line in lines if line}


def test_each_figure_stands_beside_the_others_with_its_ratio() -> None:
    found = rows(processes=report(40, 5e9), compose=report(60, 4e9))
    assert found["figure"] == ["processes", "compose", "compose / processes"]
    assert found["services healthy"] == ["40 s", "60 s", "1.50"]
    assert found["memory at most"] == ["5.0 GB", "4.0 GB", "0.80"]
    assert found["PutRecords"] == ["9,000 records/s", "9,000 records/s", "1.00"]


def test_of_one_runtime_there_is_no_ratio() -> None:
    assert rows(processes=report(40, 5e9))["services healthy"] == ["40 s"]


def test_a_figure_that_was_not_measured_is_left_out_and_not_zero() -> None:
    found = rows(processes=report(40, 5e9, freshness=None), compose=report(60, 4e9))
    assert found["arrival to bronze, p95"] == ["2.0 s"]
