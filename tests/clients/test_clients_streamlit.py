"""Streamlit's own connection, named in an app's secrets."""

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

APP = """
import streamlit as st
st.dataframe(st.connection("snowflake").query("SELECT 42 AS ANSWER"))
"""


def test_an_app_shows_what_its_connection_finds(
    settings: dict[str, object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = tmp_path / ".streamlit" / "secrets.toml"
    secrets.parent.mkdir()
    lines = [f"{name} = {json.dumps(value)}" for name, value in settings.items()]
    secrets.write_text("\n".join(["[connections.snowflake]", *lines]))
    monkeypatch.chdir(tmp_path)
    app = AppTest.from_string(APP, default_timeout=30).run()
    assert not app.exception
    assert app.dataframe[0].value.to_dict("list") == {"ANSWER": [42]}
