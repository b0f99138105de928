"""Airflow's connection to Snowflake holds the user's private key, as the template writes it: in base64."""

import base64
import json
from pathlib import Path

import pytest
from airflow.providers.snowflake.hooks.snowflake import SnowflakeHook
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

ROOT = Path(__file__).resolve().parents[2]
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PEM = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def test_the_hook_logs_in_by_the_key_of_its_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    extra = {"account": "org-acct", "private_key_content": base64.b64encode(PEM).decode()}
    connection = {"conn_type": "snowflake", "login": "lab", "password": "", "extra": extra}
    monkeypatch.setenv("AIRFLOW_CONN_SNOWFLAKE_DEFAULT", json.dumps(connection))
    given = SnowflakeHook()._get_conn_params()
    assert given["private_key"] == KEY.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    assert not given.get("password")


def test_the_template_writes_the_key_in_base64() -> None:
    """The provider of MWAA's Airflow 3.0.6, 6.4.0, takes nothing else; the newer ones take PEM as well."""
    template = (ROOT / "infra" / "template.yaml").read_text()
    assert """', "private_key_content": "${Content}"', { Content: !Base64 { Ref: SnowflakePrivateKey } }""" in template
