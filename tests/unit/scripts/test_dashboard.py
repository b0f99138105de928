"""The dashboard by itself: refused in a sentence where it could not be served."""

import socket
from pathlib import Path

import pytest

from scripts import dashboard, profile
from scripts.errors import LabError
from tests.unit.scripts.aws_profile import load


def test_the_local_lab_serves_its_own() -> None:
    with pytest.raises(LabError, match="itself, at http://localhost:8501"):
        dashboard.prepare(profile.load("local"), lambda _: None)


def test_a_port_that_is_taken_is_named_with_its_setting(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(LabError, match=rf"Port {port} \(DASHBOARD_PORT in .* is taken by process"):
            dashboard.prepare(load(tmp_path, DASHBOARD_PORT=str(port)), lambda _: None)
