"""The lab's own certificate authority: the warehouse serves TLS, so that no client needs a setting for plain HTTP."""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping
from pathlib import Path

import certifi
import trustme

from scripts import paths

NAMES = ("localhost", "127.0.0.1")


def ensure(base: Mapping[str, str] = os.environ) -> None:
    """Make the authority and the server's certificate once, and the bundle clients trust anew each time.

    Writes ``ca.pem``, ``server.pem`` (key and chain) and ``bundle.pem`` (this machine's authorities and the lab's)
    below ``var/tls``.
    """
    folder = paths.var() / "tls"
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "server.pem").exists():
        _issue(folder)
    trusted = _machine_bundle(base, folder).read_text() + "\n" + (folder / "ca.pem").read_text()
    (folder / "bundle.pem").write_text(trusted)


def _issue(folder: Path) -> None:
    authority = trustme.CA(organization_name="Media Stream Analytics lab")
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    server = folder / "server.pem"
    server.touch(mode=0o600)
    authority.issue_cert(*NAMES).private_key_and_cert_chain_pem.write_to_path(str(server))


def _machine_bundle(base: Mapping[str, str], folder: Path) -> Path:
    """What this machine trusts: the user's setting, else the system's store, else certifi's."""
    candidates = (
        base.get("REQUESTS_CA_BUNDLE"),
        base.get("SSL_CERT_FILE"),
        ssl.get_default_verify_paths().cafile,
    )
    for candidate in candidates:
        if candidate and Path(candidate).is_file() and Path(candidate) != folder / "bundle.pem":
            return Path(candidate)
    return Path(certifi.where())
