"""Large results are fetched in chunks: whole, in order, as several batches, by addresses that nobody can guess."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from snowflake.connector import SnowflakeConnection
from snowflake.connector.cursor import SnowflakeCursor

from tests.warehouse_server import Server, serving

Run = Callable[..., SnowflakeCursor]

ROWS = 400_000
NUMBERS = f"SELECT SEQ4() AS N, 'text number ' || SEQ4() AS V FROM TABLE(GENERATOR(ROWCOUNT => {ROWS})) ORDER BY N"


def batches(cursor: SnowflakeCursor) -> list[Any]:
    found = cursor.get_result_batches()
    assert found is not None
    return found


def addresses(cursor: SnowflakeCursor) -> list[str]:
    return [batch._remote_chunk_info.url for batch in batches(cursor) if batch._remote_chunk_info]


def test_a_large_result_is_several_batches_in_order(run: Run) -> None:
    cursor = run(NUMBERS)
    sizes = [batch.rowcount for batch in batches(cursor)]
    assert len(sizes) > 2
    assert sum(sizes) == cursor.rowcount == ROWS
    assert [n for batch in batches(cursor) for n, _ in batch] == list(range(ROWS))


def test_rows_of_every_chunk_arrive(run: Run) -> None:
    assert run(NUMBERS).fetchall() == [(n, f"text number {n}") for n in range(ROWS)]


def test_a_small_result_is_one_batch(run: Run) -> None:
    cursor = run("SELECT 1 AS A")
    assert addresses(cursor) == []
    assert cursor.fetchall() == [(1,)]


def test_tables_come_one_by_one(run: Run) -> None:
    tables = list(run(NUMBERS).fetch_arrow_batches())
    assert len(tables) > 2
    assert sum(len(table) for table in tables) == ROWS
    assert tables[-1]["N"][-1].as_py() == ROWS - 1


def test_a_column_has_one_type_in_all_chunks(run: Run) -> None:
    last = ROWS - 1
    big = f"SUM(N) OVER (PARTITION BY N) * IFF(N = {last}, 1000000000000000, 1)"
    tables = list(run(f"SELECT N, V, {big} AS BIG FROM ({NUMBERS}) ORDER BY N").fetch_arrow_batches())
    assert len({table.schema.field("BIG").type for table in tables}) == 1
    assert (tables[0]["BIG"][1].as_py(), tables[-1]["BIG"][-1].as_py()) == (1, last * 10**15)


def test_batches_outlive_the_connection(connect: Callable[..., SnowflakeConnection]) -> None:
    connection = connect()
    found = batches(connection.cursor().execute(NUMBERS))
    connection.close()
    assert sum(1 for batch in found for _ in batch) == ROWS


def test_a_result_by_its_id_is_in_chunks_too(connection: SnowflakeConnection, run: Run) -> None:
    query_id = run(NUMBERS).sfqid
    cursor = connection.cursor()
    cursor.get_results_from_sfqid(query_id)
    assert [n for n, _ in cursor.fetchall()] == list(range(ROWS))


def test_an_address_cannot_be_guessed(server: Server, run: Run) -> None:
    first, *_ = addresses(run(NUMBERS))
    second, *_ = addresses(run(NUMBERS))
    token, other = (urlsplit(address).path.split("/")[2] for address in (first, second))
    assert token != other
    assert len(token) >= 43  # 256 bits
    base = f"http://127.0.0.1:{server.port}/results"
    assert requests.get(first, timeout=10).status_code == 200
    for wrong in (f"{base}/{token[:-1]}/1", f"{base}/{token}/999", f"{base}/{'x' * 43}/0", f"{base}/"):
        assert requests.get(wrong, timeout=10).status_code in (404, 410)


def test_an_address_ends_with_its_result() -> None:
    import pyarrow as pa
    from lab_snowflake import chunks, results

    table = pa.table({"N": list(range(chunks.CHUNK_BYTES // 4))})
    columns = [results.column_info("N", "BIGINT")]
    kept = chunks.Chunks()
    tokens = [
        urlsplit(kept.cut(table, columns, "http://x")["chunks"][0]["url"]).path.split("/")[2]
        for _ in range(chunks.RESULTS_KEPT + 1)
    ]
    assert kept.find(tokens[0], 1) is None
    assert kept.find(tokens[1], 1) is not None


def test_chunks_are_fetched_over_tls(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(tmp_path, protocol="https") as server:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "tls" / "bundle.pem"))
        with server.connect(server.new_database(), "S") as connection:
            cursor = connection.cursor().execute(NUMBERS)
            assert {urlsplit(address).scheme for address in addresses(cursor)} == {"https"}
            assert sum(1 for _ in cursor) == ROWS
