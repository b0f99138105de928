"""The lab's own certificate authority: the server speaks TLS, so that no client needs a setting for plain HTTP."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from pathlib import Path

import certifi
import trustme

NAMES = ("localhost", "127.0.0.1")
DEBIANS = "/etc/ssl/certs/ca-certificates.crt"


def ensure(folder: Path, environment: Mapping[str, str]) -> None:
    """Make the authority and the server's certificate once, and the bundle that clients trust anew each time.

    Writes ``ca.pem``, ``server.pem`` (key and chain) and ``bundle.pem`` (this machine's authorities and the lab's)
    below ``folder``, each whole or not at all: other processes wait for them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "server.pem").exists():
        _issue(folder)
    trusted = _machine_bundle(environment, folder).read_text() + "\n" + (folder / "ca.pem").read_text()
    _write(folder / "bundle.pem", trusted.encode())


def _issue(folder: Path) -> None:
    authority = trustme.CA(organization_name="Media Stream Analytics lab")
    certificate = authority.issue_cert(*NAMES)
    _write(folder / "ca.pem", authority.cert_pem.bytes())
    _write(folder / "server.pem", certificate.private_key_and_cert_chain_pem.bytes(), mode=0o600)


def _write(path: Path, content: bytes, mode: int = 0o644) -> None:
    draft = path.with_name(path.name + ".draft")
    draft.unlink(missing_ok=True)
    draft.touch(mode)
    draft.write_bytes(content)
    draft.replace(path)


def _machine_bundle(environment: Mapping[str, str], folder: Path) -> Path:
    """What this machine trusts: the user's setting, else the system's store, else certifi's."""
    candidates = (
        environment.get("LAB_TRUSTED_CAS"),
        environment.get("REQUESTS_CA_BUNDLE"),
        environment.get("SSL_CERT_FILE"),
        ssl.get_default_verify_paths().cafile,
        DEBIANS,
    )
    for candidate in candidates:
        if candidate and Path(candidate).is_file() and Path(candidate) != folder / "bundle.pem":
            return Path(candidate)
    return Path(certifi.where())
