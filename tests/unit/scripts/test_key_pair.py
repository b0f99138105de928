"""The key by which a user logs in to Snowflake: read from its file, or told what is wrong with it."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from snowflake.connector.errors import DatabaseError

from scripts import key_pair, warehouse
from scripts.errors import LabError

RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
CURVE = ec.generate_private_key(ec.SECP256R1())
SETTINGS = {"SNOWFLAKE_ACCOUNT": "org-acct", "SNOWFLAKE_USER": "lab_user"}


def pem(
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, kind: PrivateFormat = PrivateFormat.PKCS8, words: str = ""
) -> bytes:
    return key.private_bytes(Encoding.PEM, kind, BestAvailableEncryption(words.encode()) if words else NoEncryption())


Environment = Callable[..., dict[str, str]]


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    """The settings with a key's file of this content."""

    def made(content: bytes, passphrase: str | None = None) -> dict[str, str]:
        path = tmp_path / "a key.pem"
        path.write_bytes(content)
        given = {} if passphrase is None else {"SNOWFLAKE_PRIVATE_KEY_FILE_PWD": passphrase}
        return {**SETTINGS, "SNOWFLAKE_PRIVATE_KEY_FILE": str(path), **given}

    return made


def test_without_the_setting_there_is_no_key() -> None:
    assert key_pair.configured(SETTINGS) is None


@pytest.mark.parametrize("words", ["", "it's secret"], ids=["plain", "with a passphrase"])
def test_a_key_is_read_and_given_on_without_its_passphrase(environment: Environment, words: str) -> None:
    key = key_pair.configured(environment(pem(RSA, words=words), words or None))
    assert key is not None
    read = load_pem_private_key(key.pem.encode(), None)
    assert isinstance(read, rsa.RSAPrivateKey)
    assert read.private_numbers() == RSA.private_numbers()


def test_the_public_key_is_registered_as_openssl_writes_it(environment: Environment) -> None:
    settings = environment(pem(RSA))
    key = key_pair.configured(settings)
    assert key is not None
    command = ["openssl", "rsa", "-in", settings["SNOWFLAKE_PRIVATE_KEY_FILE"], "-pubout"]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    assert key.registration("LAB_USER") == f"ALTER USER LAB_USER SET RSA_PUBLIC_KEY='{''.join(lines[1:-1])}'"


def test_a_name_that_needs_quotes_gets_them(environment: Environment) -> None:
    key = key_pair.configured(environment(pem(RSA)))
    assert key is not None
    assert key.registration("me@example.com").startswith('ALTER USER "ME@EXAMPLE.COM" SET ')


@pytest.mark.parametrize(
    ("content", "passphrase", "message"),
    [
        pytest.param(pem(RSA, PrivateFormat.TraditionalOpenSSL), None, r"no private key in PKCS#8 PEM", id="PKCS#1"),
        pytest.param(b"\x30\x82\xff", None, r"no private key in PKCS#8 PEM", id="DER"),
        pytest.param(pem(RSA)[:200], None, "is damaged", id="cut"),
        pytest.param(pem(RSA, words="a"), None, "SNOWFLAKE_PRIVATE_KEY_FILE_PWD is not set", id="no passphrase"),
        pytest.param(pem(RSA, words="a"), "b", "is not the passphrase of SNOWFLAKE_PRIVATE_KEY_FILE=", id="another"),
        pytest.param(pem(CURVE), None, "no RSA key of at least 2048 bits", id="a curve"),
    ],
)
def test_what_is_no_key_is_told_in_a_sentence(
    environment: Environment, content: bytes, passphrase: str | None, message: str
) -> None:
    with pytest.raises(LabError, match=message):
        warehouse.connect(environment(content, passphrase))


def test_a_file_that_is_not_there_is_told_with_the_command_that_makes_one(tmp_path: Path) -> None:
    path = tmp_path / "rsa_key.p8"
    with pytest.raises(LabError, match="there is no such file") as told:
        warehouse.connect({**SETTINGS, "SNOWFLAKE_PRIVATE_KEY_FILE": str(path)})
    assert told.value.next_command is not None
    subprocess.run(told.value.next_command, shell=True, check=True)
    assert key_pair.configured({"SNOWFLAKE_PRIVATE_KEY_FILE": str(path)})


@pytest.mark.parametrize("code", [390_144, 394_304])
def test_a_key_that_the_user_does_not_have_is_told_with_the_statement_that_registers_it(
    environment: Environment, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(**_: object) -> None:
        raise DatabaseError(msg="JWT token is invalid. [x]", errno=code)

    monkeypatch.setattr("snowflake.connector.connect", refuse)
    settings = environment(pem(RSA))
    key = key_pair.configured(settings)
    assert key is not None
    with pytest.raises(LabError) as told:
        warehouse.connect(settings)
    assert f"{key.registration('lab_user')};" in told.value.message
    assert f"error {code}" in told.value.message


def test_the_key_is_what_logs_in_where_its_file_is_named(
    environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: dict[str, object] = {}
    monkeypatch.setattr("snowflake.connector.connect", lambda **options: given.update(options))
    warehouse.connect(environment(pem(RSA)))
    assert given["authenticator"] == "SNOWFLAKE_JWT"
    given.clear()
    warehouse.connect({**SETTINGS, "SNOWFLAKE_PASSWORD": "lab"})
    assert (given["password"], "authenticator" in given) == ("lab", False)
