"""Large results arrive whole, and the server does not keep all of them."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

ROWS = 400_000


@pytest.mark.parametrize("rows", [0, 1, 1000, ROWS], ids=["none", "one", "one piece", "several pieces"])
def test_a_result_of_any_size_arrives_whole(run: Any, rows: int) -> None:
    run(
        "CREATE TABLE T AS SELECT SEQ4() AS N, 'text number ' || SEQ4() AS V, "
        f"DATEADD(SECOND, SEQ4(), '2026-01-01'::TIMESTAMP_NTZ) AS MOMENT FROM TABLE(GENERATOR(ROWCOUNT => {ROWS}))"
    )
    run(f"CREATE TABLE EXPECTED AS SELECT * FROM T WHERE N < {rows}")
    fetched = run("SELECT N, V, TO_VARCHAR(MOMENT) FROM EXPECTED ORDER BY N").fetchall()
    assert len(fetched) == rows
    assert fetched[:1] == [(0, "text number 0", "2026-01-01 00:00:00")][:rows]
    assert [n for n, _, _ in fetched] == list(range(rows))
    assert all(text == f"text number {n}" for n, text, _ in fetched)


def test_the_newest_results_are_remembered_as_far_as_they_are_small() -> None:
    from lab_snowflake import instance
    from lab_snowflake.recent import Recent

    class Table:
        def __init__(self, nbytes: int) -> None:
            self.nbytes = nbytes

    most = instance.RESULT_BYTES_KEPT
    kept: Recent[Any] = Recent(instance.RESULTS_KEPT, most, instance._bytes)
    for query_id in ("first", "second", "third"):
        kept[query_id] = (Table(most // 2), 1)
    assert list(kept) == ["second", "third"]
    kept["third"] = (Table(most // 4), 1)
    kept.rename("third", "same")
    kept["fourth"] = (Table(most // 4), 1)
    assert list(kept) == ["second", "same", "fourth"]
    kept.forget("second")
    kept["fifth"] = (Table(most // 2), 1)
    assert list(kept) == ["same", "fourth", "fifth"]
    kept["sixth"] = (Table(most * 2), 1)
    assert list(kept) == ["sixth"]
    kept["seventh"] = (None, 0)
    assert list(kept) == ["seventh"]


def test_sessions_may_remember_results_at_the_same_time() -> None:
    from lab_snowflake.recent import Recent

    def size_of(number: int) -> int:
        time.sleep(0)  # lets another thread go on, as looking at a table does
        return number

    kept: Recent[int] = Recent(20, 1000, size_of)
    with ThreadPoolExecutor(8) as sessions:
        list(sessions.map(lambda number: kept.__setitem__(str(number), 1), range(2000)))
    assert len(kept) == 20
