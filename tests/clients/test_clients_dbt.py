"""dbt on examples/dbt: what a user runs against the lab."""

import shutil
import subprocess
import sys
from pathlib import Path

from tests.warehouse_server import ROOT, Server

RUN = Path(__file__).with_name("run_dbt.py")


def test_a_project_is_built_twice_and_its_snapshot_keeps_both_states(
    dbt_environment: dict[str, str], server: Server, database: str, tmp_path: Path
) -> None:
    project = tmp_path / "a project"
    shutil.copytree(ROOT / "examples" / "dbt", project)
    dbt(project, dbt_environment, "seed", "run", "snapshot", "test", "docs generate")
    (project / "seeds" / "channels.csv").write_text("channel,region\nNEWS,APAC\nSPORT,US\n")
    (project / "seeds" / "views.csv").write_text("id,channel,minutes\n1,NEWS,10\n2,SPORT,20\n3,NEWS,35\n4,SPORT,5\n")
    dbt(project, dbt_environment, "seed", "run", "snapshot", "test")
    with server.connect(database, "DBT") as connection:
        ask = connection.cursor().execute
        kept = ask("SELECT id, minutes FROM views_kept ORDER BY id").fetchall()
        history = ask("SELECT region, dbt_valid_to IS NULL FROM channels_history WHERE channel = 'NEWS'").fetchall()
    assert kept == [(1, 10), (2, 20), (3, 35), (4, 5)]
    assert sorted(history) == [("APAC", True), ("EU", False)]


def dbt(project: Path, environment: dict[str, str], *commands: str) -> None:
    done = subprocess.run(
        [sys.executable, str(RUN), *commands], cwd=project, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-3000:]
