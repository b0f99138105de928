"""What goes wrong around the server: it is killed, its disk is full, its files or its port are another's."""

import multiprocessing
import resource
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from snowflake.connector.errors import DatabaseError

from tests.warehouse_server import START, Server, free_port

FORK = multiprocessing.get_context("fork")
FILES = 4
ROWS_A_FILE = 50_000
ROWS = FILES * ROWS_A_FILE
COPY = "COPY INTO T FROM @FILES"
MERGE = (
    "MERGE INTO M USING (SELECT SEQ4() AS N FROM TABLE(GENERATOR(ROWCOUNT => 500000))) AS s ON M.N = s.N "
    "WHEN MATCHED THEN UPDATE SET V = 'new' WHEN NOT MATCHED THEN INSERT (N, V) VALUES (s.N, 'new')"
)
EMPTY = (
    "TRUNCATE TABLE T",
    "CREATE OR REPLACE TABLE M AS SELECT SEQ4() AS N, 'old' AS V FROM TABLE(GENERATOR(ROWCOUNT => 250000))",
)
MOMENTS = (0.05, 0.12, 0.2, 0.3, 0.42, 0.55)
"""When the kills come, as shares of the time that the first COPY and MERGE take; later ones are faster."""


@pytest.fixture
def start(own_server: Callable[[], Server], tmp_path: Path) -> Callable[[], Server]:
    """Starts the server over and over; the first has a table T, a table M and a stage of files for T."""
    first = own_server()
    run(first, "CREATE DATABASE D", "CREATE SCHEMA D.S")
    run(first, "CREATE TABLE T (N INT, V VARCHAR)", "CREATE STAGE FILES", *EMPTY)
    for number in range(FILES):
        path = tmp_path / f"{number}.csv"
        path.write_text("".join(f"{n},a text of number {n}\n" for n in range(number, ROWS, FILES)))
        run(first, f"PUT file://{path} @FILES AUTO_COMPRESS=FALSE")
    yielded = [first]
    return lambda: yielded.pop() if yielded else own_server()


def run(server: Server, *statements: str) -> list[Any]:
    """The answer to the last of the statements."""
    with server.connect("D", "S") as connection:
        cursor = connection.cursor()
        for statement in statements:
            cursor.execute(statement)
        return cursor.fetchall()


def loaded(server: Server) -> tuple[int, ...]:
    """Rows of T, different ones, and files in its load history."""
    return found(server)[:3]


def found(server: Server, *statements: str) -> tuple[int, ...]:
    """After the statements: rows of T, different ones, files in its history; rows of M, different ones, new ones."""
    counted = (
        "SELECT t.*, h.*, m.* FROM (SELECT COUNT(*), COUNT(DISTINCT N) FROM T) AS t, "
        "(SELECT COUNT(*) FROM INFORMATION_SCHEMA.LOAD_HISTORY WHERE TABLE_NAME = 'T') AS h, "
        "(SELECT COUNT(*), COUNT(DISTINCT N), COUNT_IF(V = 'new') FROM M) AS m"
    )
    counts: tuple[int, ...] = run(server, *statements, counted)[0]
    return counts


NOTHING_LOADED, ALL_LOADED = (0, 0, 0), (ROWS, ROWS, FILES)
NOTHING_MERGED, ALL_MERGED = (250_000, 250_000, 0), (500_000, 500_000, 500_000)


def test_a_kill_at_any_moment_leaves_all_or_nothing_of_a_copy_and_of_a_merge(start: Callable[[], Server]) -> None:
    server = start()
    began = time.monotonic()
    run(server, COPY, MERGE)
    duration = time.monotonic() - began
    for moment in MOMENTS:
        run(server, *EMPTY)
        acknowledged = FORK.Value("i", 0)
        client = FORK.Process(target=work, args=(server, acknowledged))
        client.start()
        time.sleep(duration * moment)
        server.kill()
        client.kill()  # its connector would try for half a minute
        client.join()
        server = start()
        left = found(server)
        assert left[:3] in ([ALL_LOADED] if acknowledged.value > 0 else [NOTHING_LOADED, ALL_LOADED]), moment
        assert left[3:] in ([ALL_MERGED] if acknowledged.value > 1 else [NOTHING_MERGED, ALL_MERGED]), moment
        assert found(server, COPY, MERGE) == ALL_LOADED + ALL_MERGED, moment


def work(server: Server, acknowledged: Any) -> None:
    connection = server.connect("D", "S")
    for statement in (COPY, MERGE):
        connection.cursor().execute(statement)
        acknowledged.value += 1


def test_a_copy_onto_a_full_disk_leaves_nothing_and_works_once_there_is_room(start: Callable[[], Server]) -> None:
    server = start()
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (500_000, resource.RLIM_INFINITY))
    for _attempt in range(2):
        with pytest.raises(DatabaseError, match="could not write to its disk") as caught:
            run(server, COPY)
        assert (caught.value.errno, caught.value.sqlstate) == (603, "XX000")
        assert loaded(server) == NOTHING_LOADED
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    run(server, COPY)
    assert loaded(server) == ALL_LOADED
    server.kill()
    assert loaded(start()) == ALL_LOADED


def refused(var: Path, port: int, taken_by: Server) -> str:
    """What a server says that cannot start."""
    environment = {**taken_by._environment(), "LAB_VAR": str(var), "SNOWFLAKE_PORT": str(port)}
    ended = subprocess.run([str(START)], env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.count("\n") == 1
    return ended.stderr


def test_a_second_server_over_the_same_files_is_told_of_the_first(own_server: Callable[[], Server]) -> None:
    first = own_server()
    told = refused(first.var, free_port(), first)
    assert f"another server (process {first.process.pid}) has the files in {first.var / 'snowflake'} open" in told
    assert "Stop it (make down" in told
    assert "LAB_VAR" in told
    assert run(first, "SELECT 1") == [(1,)]


def test_a_port_that_is_taken_is_named(own_server: Callable[[], Server], tmp_path: Path) -> None:
    first = own_server()
    told = refused(tmp_path / "another", first.port, first)
    assert f"port {first.port} of 127.0.0.1 is taken" in told
    assert "SNOWFLAKE_PORT" in told
    assert run(first, "SELECT 1") == [(1,)]


def test_answers_are_sent_at_once(tmp_path: Path) -> None:
    """asyncio sets TCP_NODELAY only on sockets of this protocol; without it a statement took 40 ms more."""
    from lab_snowflake import starting
    from lab_snowflake.settings import Settings

    settings = Settings("127.0.0.1", free_port(), "lab", "lab", tmp_path, None)
    with starting.listening(settings) as listener:
        assert listener.proto == socket.IPPROTO_TCP
