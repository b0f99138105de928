"""Files on their way between client and stage, by the connector: over HTTP, and over TLS as the lab serves it."""

import gzip
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

import pytest
from snowflake.connector.errors import OperationalError, ProgrammingError

from tests.warehouse_server import Server, serving

Run = Callable[..., Any]
Put = Callable[..., str]
Kept = Callable[[], list[str]]


@pytest.fixture(scope="module", params=["http", "https"])
def server(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Server]:
    with (
        pytest.MonkeyPatch.context() as patch,
        serving(tmp_path_factory.mktemp("a warehouse"), protocol=request.param) as running,
    ):
        patch.setenv("SNOWFLAKE_DISABLE_PLATFORM_DETECTION", "true")
        if request.param == "https":
            patch.setenv("REQUESTS_CA_BUNDLE", str(running.var / "tls" / "bundle.pem"))
        yield running


@pytest.fixture
def files(run: Run) -> None:
    run("CREATE STAGE FILES")


@pytest.mark.parametrize(
    ("sent", "options", "arrived"),
    [
        pytest.param("a.csv", "", "a.csv.gz", id="compressed unless told otherwise"),
        pytest.param("a.csv", "AUTO_COMPRESS = FALSE", "a.csv", id="as it is"),
        pytest.param("a.csv.gz", "", "a.csv.gz", id="compressed already"),
        pytest.param("a.data", "SOURCE_COMPRESSION = GZIP", "a.data", id="said to be compressed already"),
    ],
)
@pytest.mark.usefixtures("files")
def test_put_compresses_what_it_is_to(run: Run, tmp_path: Path, sent: str, options: str, arrived: str) -> None:
    content = b"1,x\n" * 100
    (tmp_path / sent).write_bytes(content if sent == "a.csv" else gzip.compress(content))
    row = run(f"PUT file://{tmp_path / sent} @FILES {options} PARALLEL = 2").fetchone()
    assert (row[0], row[1], row[6]) == (sent, arrived, "UPLOADED")
    run(f"GET @FILES file://{tmp_path}/")
    fetched = (tmp_path / arrived).read_bytes()
    assert (gzip.decompress(fetched) if arrived != "a.csv" else fetched) == content


@pytest.mark.usefixtures("files")
def test_a_file_that_is_there_is_overwritten_only_when_told(run: Run, put: Put, server: Server, tmp_path: Path) -> None:
    put("@FILES", "a.csv", "old")
    if server.protocol == "https":
        assert put("@FILES", "a.csv", "new") == "SKIPPED"
    else:
        with pytest.raises(OperationalError, match="412"):
            put("@FILES", "a.csv", "new")
    run(f"GET @FILES file://{tmp_path}/")
    assert (tmp_path / "a.csv").read_text() == "old"
    assert put("@FILES", "a.csv", "new", "OVERWRITE = TRUE") == "UPLOADED"
    run(f"GET @FILES file://{tmp_path}/")
    assert (tmp_path / "a.csv").read_text() == "new"


@pytest.mark.usefixtures("files")
def test_many_files_go_up_and_come_down_at_once(run: Run, tmp_path: Path) -> None:
    up, down = tmp_path / "up", tmp_path / "down"
    for folder in (up, down):
        folder.mkdir()
    for number in range(30):
        (up / f"{number}.csv").write_text(f"{number}\n" * 1000)
    sent = run(f"PUT file://{up}/*.csv @FILES/all AUTO_COMPRESS = FALSE PARALLEL = 8").fetchall()
    assert [row[6] for row in sent] == ["UPLOADED"] * 30
    got = run(f"GET @FILES/all file://{down}/ PARALLEL = 8").fetchall()
    assert [row[2] for row in got] == ["DOWNLOADED"] * 30
    assert all((down / path.name).read_bytes() == path.read_bytes() for path in up.iterdir())


@pytest.mark.parametrize("name", ["a b.csv", "per%20cent.csv", "Ä#?&+=.csv", "semi;colon.csv", 'dou"ble.csv'])
@pytest.mark.parametrize("folder", ["of mine", "it's", "a+b=c", "@x/%T"])
@pytest.mark.usefixtures("files")
def test_paths_keep_their_spaces_and_signs(run: Run, tmp_path: Path, folder: str, name: str) -> None:
    (tmp_path / name).write_text("1\n")
    stage = f"@FILES/{folder}/".replace("'", "''")
    run(f"PUT 'file://{tmp_path}/{name}' '{stage}' AUTO_COMPRESS = FALSE")
    shown = f"files/{folder}/{name}"
    assert run(f"LIST '{stage}'").fetchone()[0] == shown
    run("CREATE TABLE T (A INT)")
    assert run(f"COPY INTO T FROM '{stage}'").fetchone()[:2] == (shown, "LOADED")
    (tmp_path / name).unlink()
    run(f"GET '{stage}' 'file://{tmp_path}/'")
    assert (tmp_path / name).read_text() == "1\n"
    assert run(f"REMOVE '{stage}'").fetchone()[0] == shown


def test_a_files_name_may_hold_a_quote(run: Run, files: None, server: Server, tmp_path: Path) -> None:
    (tmp_path / "it's.csv").write_text("1\n")
    statement = f"PUT 'file://{tmp_path}/it''s.csv' @FILES AUTO_COMPRESS = FALSE"
    if server.protocol == "http":  # the connector asks for the address of a file of another name
        with pytest.raises(OperationalError):
            run(statement)
        assert run("LIST @FILES").fetchall() == []
    else:
        assert run(statement).fetchone()[6] == "UPLOADED"
        assert run("LIST @FILES").fetchone()[0] == "files/it's.csv"


@pytest.fixture
def permit(connection: Any, files: None) -> str:
    """What allows to write, and to read, files of the stage FILES."""
    answer = connection.cursor()._execute_helper("PUT file://a.csv @FILES OVERWRITE = TRUE")["data"]["stageInfo"]
    return str(answer["creds"].get("GCS_ACCESS_TOKEN") or answer["presignedUrl"].rpartition("=")[2])


@pytest.fixture
def ask(server: Server) -> Callable[[str, str, str], int]:
    """The HTTP status of the answer to a method, a path and a permit."""
    trusted = server.var / "tls" / "bundle.pem"
    context = ssl.create_default_context(cafile=str(trusted)) if server.protocol == "https" else None

    def status(method: str, path: str, permit: str) -> int:
        url = f"{server.protocol}://localhost:{server.port}/stages/{quote(path)}?permit={permit}"
        try:
            with urlopen(Request(url, b"new" if method == "PUT" else None, method=method), context=context) as answer:
                return int(answer.status)
        except HTTPError as refused:
            refused.close()
            return refused.code

    return status


@pytest.mark.parametrize(
    ("path", "given"),
    [
        pytest.param("{database}/S/FILES/a.csv", "", id="without a permit"),
        pytest.param("{database}/S/FILES/a.csv", "0" * 64, id="with one that was never given"),
        pytest.param("{database}/S/OTHER/a.csv", "{permit}", id="with another stage's"),
        pytest.param("{database}/S/FILES/../OTHER/a.csv", "{permit}", id="upwards"),
        pytest.param("{database}/S/FILES/../../../../databases/x", "{permit}", id="out of the stages"),
        pytest.param("{database}/S/FILES", "{permit}", id="the folder"),
        pytest.param("{database}/S", "{permit}", id="a schema"),
        pytest.param("../databases", "{permit}", id="no stage"),
    ],
)
def test_files_are_given_and_taken_by_permit_alone(
    ask: Any, put: Put, run: Run, *, permit: str, kept: Kept, database: str, path: str, given: str
) -> None:
    run("CREATE STAGE OTHER")
    put("@FILES", "a.csv")
    put("@OTHER", "a.csv")
    before = kept()
    for method in ("GET", "HEAD", "PUT"):
        assert ask(method, path.format(database=database), given.format(permit=permit)) == 403
        assert ask(method, f"{database}/S/FILES/a.csv", permit) == 200
    assert kept() == before
    run("CREATE TABLE T (A VARCHAR)")
    assert run("COPY INTO T FROM @OTHER").fetchone()[1] == "LOADED"
    assert run("SELECT A FROM T").fetchall() == [("1",)]


def test_what_is_fetched_cannot_be_written(ask: Any, put: Put, connection: Any, files: None, database: str) -> None:
    put("@FILES", "a.csv")
    answer = connection.cursor()._execute_helper("GET @FILES file:///tmp/")["data"]
    permit = answer["presignedUrls"][0].rpartition("=")[2]
    assert ask("GET", f"{database}/S/FILES/a.csv", permit) == 200
    assert ask("GET", f"{database}/S/FILES/b.csv", permit) == 404
    assert ask("PUT", f"{database}/S/FILES/a.csv", permit) == 403


def test_a_stage_may_be_a_bound_value(connect: Any, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("1\n")
    cursor = connect(paramstyle="qmark").cursor()
    cursor.execute("CREATE STAGE FILES")
    assert cursor.execute(f"PUT 'file://{tmp_path}/a.csv' ? PARALLEL = 4", ("@FILES/in",)).fetchone()[6] == "UPLOADED"
    assert cursor.execute("LIST @FILES").fetchone()[0] == "files/in/a.csv.gz"


def test_a_file_cannot_take_the_place_of_a_folder(run: Run, put: Put, files: None) -> None:
    put("@FILES/x", "a.csv")
    with pytest.raises(OperationalError, match="409"):
        put("@FILES", "x", "1\n", "OVERWRITE = TRUE")
    assert [row[0] for row in run("LIST @FILES")] == ["files/x/a.csv"]


def test_files_do_not_move_behind_the_clients_back(connection: Any, files: None) -> None:
    with pytest.raises(ProgrammingError, match="by themselves"):
        connection.cursor().execute_async("PUT file:///tmp/a.csv @FILES")
    with pytest.raises(ProgrammingError, match="among several"):
        connection.cursor().execute("SELECT 1; GET @FILES 'file:///tmp/'", num_statements=2)
