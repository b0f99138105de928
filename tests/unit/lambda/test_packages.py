"""The functions' packages as they are uploaded: Lambda's Python imports each with nothing on its path but its zip."""

import io
import json
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from scripts import code, environments, libraries, paths
from tests.unit.lambda_settings import SETTINGS

PYTHONS = ["3.11", "3.12", libraries.PYTHON]
"""The lab's, which runs the functions locally, and Lambda's that are open for creation; 3.14 is not at hand."""

IMPORT = """
import json, sys
sys.path = [sys.argv[1], *(each for each in sys.path if "site-packages" not in each)]
import boto3, handler
client = eval(sys.argv[2])
print(json.dumps([sys.version_info[:2], boto3.__file__, handler.__file__, client.meta.service_model.service_name]))
"""

CLIENTS = [
    pytest.param("archive_records", "handler.s3", "s3", id="archive_records"),
    pytest.param("trigger_pipeline", "handler.airflow.mwaa", "mwaa", id="trigger_pipeline"),
]


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The zips, unpacked as Lambda unpacks them."""
    folder = tmp_path_factory.mktemp("packages")
    for name, body in code.package(paths.ROOT).files.items():
        if name.startswith("lambda/"):
            zipfile.ZipFile(io.BytesIO(body)).extractall(folder / Path(name).stem)
    return folder


def python(version: str) -> str:
    """An interpreter of this version; the test is skipped where there is none."""
    places = (environments.interpreter(version), shutil.which(f"python{version}"))
    found = next((each for each in places if each and Path(each).exists()), None)
    if found is None:
        pytest.skip(f"Python {version} is not at hand: install it, with pyenv or your system's packages")
    return found


@pytest.mark.parametrize("version", PYTHONS)
@pytest.mark.parametrize(("function", "client", "service"), CLIENTS)
def test_a_package_is_imported_with_nothing_else_on_the_path(
    packages: Path, function: str, client: str, service: str, version: str
) -> None:
    command = [python(version), "-I", "-W", "error", "-c", IMPORT, str(packages / function), client]

    done = subprocess.run(command, env=SETTINGS, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    used, boto3, handler, made = json.loads(done.stdout)
    assert ".".join(map(str, used)) == version
    assert Path(boto3) == packages / function / "boto3" / "__init__.py"
    assert Path(handler) == packages / function / "handler.py"
    assert made == service


def test_a_package_holds_no_compiled_library_that_another_platform_would_refuse(packages: Path) -> None:
    assert list(packages.rglob("*.so")) == []
