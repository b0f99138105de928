"""The lab's own authority: made once, whole or not at all, and trusted beside the machine's authorities."""

import ssl
from pathlib import Path

import pytest
from lab_snowflake import certificates
from lab_snowflake.settings import Settings

AUTHORITY = "-----BEGIN CERTIFICATE-----\nof the company\n-----END CERTIFICATE-----\n"


@pytest.fixture
def company(tmp_path: Path) -> str:
    """A file of authorities that the user's machine trusts."""
    path = tmp_path / "company.pem"
    path.write_text(AUTHORITY)
    return str(path)


def test_a_client_that_trusts_the_bundle_trusts_the_server(tmp_path: Path) -> None:
    certificates.ensure(tmp_path, {})
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(tmp_path / "server.pem")
    client = ssl.create_default_context(cafile=str(tmp_path / "bundle.pem"))
    assert shake_hands(client, server, "localhost") == (("DNS", "localhost"), ("IP Address", "127.0.0.1"))


def shake_hands(client: ssl.SSLContext, server: ssl.SSLContext, name: str) -> tuple[tuple[str, str], ...]:
    """The names in the certificate that the client has accepted."""
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = (
        client.wrap_bio(to_client, to_server, server_hostname=name),
        server.wrap_bio(to_server, to_client, server_side=True),
    )
    for _ in range(3):
        for end in ends:
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
    certificate = ends[0].getpeercert()
    assert certificate
    return certificate["subjectAltName"]


def test_the_authority_is_made_once_and_the_bundle_follows_the_machine(tmp_path: Path, company: str) -> None:
    folder = tmp_path / "tls"
    certificates.ensure(folder, {})
    first = (folder / "ca.pem").read_text(), (folder / "server.pem").read_text()
    certificates.ensure(folder, {"SSL_CERT_FILE": company})
    assert ((folder / "ca.pem").read_text(), (folder / "server.pem").read_text()) == first
    assert (folder / "bundle.pem").read_text() == f"{AUTHORITY}\n{first[0]}"


def test_the_key_is_read_by_its_owner_alone(tmp_path: Path) -> None:
    certificates.ensure(tmp_path, {})
    assert (tmp_path / "server.pem").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("variable", ["LAB_TRUSTED_CAS", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"])
def test_what_the_user_trusts_is_in_the_bundle(tmp_path: Path, company: str, variable: str) -> None:
    folder = tmp_path / "tls"
    environment = {"REQUESTS_CA_BUNDLE": str(folder / "bundle.pem"), variable: company}
    certificates.ensure(folder, environment)
    certificates.ensure(folder, environment)
    assert (folder / "bundle.pem").read_text().count(AUTHORITY) == 1


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        pytest.param({}, ("127.0.0.1", "server.pem"), id="on a machine"),
        pytest.param({"LAB_LISTEN": "0.0.0.0"}, ("0.0.0.0", "server.pem"), id="in a container"),
        pytest.param({"SNOWFLAKE_PROTOCOL": "http"}, ("127.0.0.1", None), id="without TLS"),
    ],
)
def test_where_the_server_listens_and_with_what(
    tmp_path: Path, environment: dict[str, str], expected: tuple[str, str | None]
) -> None:
    login = {"SNOWFLAKE_PORT": "8090", "SNOWFLAKE_USER": "lab", "SNOWFLAKE_PASSWORD": "lab"}
    settings = Settings.from_environment({**login, "LAB_VAR": str(tmp_path), **environment})
    assert (settings.host, settings.certificate and settings.certificate.name) == expected
