"""The sample questions of snowflake/questions/ have the answers that docs/questions.md gives, on SEED=7.

`--renew` writes the page anew in the place of comparing.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from snowflake.connector import SnowflakeConnection

from tests.seeded_lake import AS_OF, SEED
from tests.seeded_warehouse import fill

pytestmark = pytest.mark.processes("the answers are the SQL's, however the warehouse is run")

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "questions.md"
QUESTIONS = sorted((ROOT / "snowflake" / "questions").glob("*.sql"))

HEAD = f"""# Questions to the warehouse

Each is a file of `snowflake/questions/`, from simple to window functions; run it with any client, in the database
`MEDIA_STREAM`, with a role that may read (`MEDIA_STREAM_ANALYST`).

The answers below are those of 20,000 records of `SEED={SEED}`: 5,000 sent on each of four days, the last on
{AS_OF:%Y-%m-%d} at {AS_OF:%H:%M} UTC. A run of your own has the same viewers and shows and other times, so its answers
differ. `tests/integration/test_questions.py` compares them; with `--renew` it writes this page.
"""


@pytest.fixture(scope="module")
def seeded(warehouse: Callable[[], SnowflakeConnection]) -> Iterator[SnowflakeConnection]:
    """A warehouse with the seed's viewing."""
    with warehouse() as connection:
        fill(connection, f"SEED_{SEED}")
        yield connection


@pytest.fixture(scope="module", autouse=True)
def renewed(request: pytest.FixtureRequest, seeded: SnowflakeConnection) -> None:
    """Write the page when that is asked for."""
    if request.config.getoption("--renew"):
        PAGE.write_text("\n".join([HEAD, *(section(seeded, file) for file in QUESTIONS)]), encoding="utf-8")


@pytest.mark.parametrize("file", QUESTIONS, ids=lambda file: file.stem)
def test_a_question_has_the_answer_that_the_page_gives(seeded: SnowflakeConnection, file: Path) -> None:
    assert section(seeded, file) in PAGE.read_text(encoding="utf-8"), (
        "pytest tests/integration/test_questions.py --renew"
    )


def test_the_page_has_every_question_and_no_other() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text.startswith(HEAD)
    assert text.count("\n## ") == len(QUESTIONS) >= 12


def section(connection: SnowflakeConnection, file: Path) -> str:
    """The question, what is to know of it, and its answer, as the page shows them."""
    question, about = (line.removeprefix("-- ") for line in file.read_text().splitlines()[:2])
    cursor = connection.cursor().execute(file.read_text())
    assert cursor is not None
    names = [column.name for column in cursor.description]
    rows = [names, ["---"] * len(names), *([cell(value) for value in row] for row in cursor.fetchall())]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    return f"## {question}\n\n{about} [{file.name}](../{file.relative_to(ROOT)})\n\n{table}\n"


def cell(value: Any) -> str:
    """A value as a table's cell shows it: exact, a title on one line."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case datetime():
            return f"{value:%Y-%m-%d %H:%M}"
    return str(value).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("\n", "<br>")
