"""The key by which a user logs in to Snowflake: read from its file, told apart from what only looks like one.

Source: https://docs.snowflake.com/en/user-guide/key-pair-auth
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from scripts import paths
from scripts.errors import LabError

FILE = "SNOWFLAKE_PRIVATE_KEY_FILE"
PASSPHRASE = "SNOWFLAKE_PRIVATE_KEY_FILE_PWD"  # noqa: S105 - the name of a setting
PLAIN, ENCRYPTED = "-----BEGIN PRIVATE KEY-----", "-----BEGIN ENCRYPTED PRIVATE KEY-----"
LEAST_BITS = 2048


@dataclass(frozen=True, slots=True)
class KeyPair:
    """An RSA key, with the two forms of it that clients take and the one that Snowflake is given."""

    private: RSAPrivateKey

    @property
    def der(self) -> bytes:
        """The private key as the connector takes it."""
        return self.private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())

    @property
    def pem(self) -> str:
        """The private key as Airflow's connection takes it, without a passphrase: a secret."""
        return self.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()

    @property
    def registered(self) -> str:
        """The public key as ``RSA_PUBLIC_KEY`` takes it."""
        der = self.private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return base64.b64encode(der).decode()

    def registration(self, user: str) -> str:
        """The statement by which an administrator lets ``user`` in with this key."""
        name = user if re.fullmatch(r"[A-Za-z_][\w$]*", user) else f'"{user.upper()}"'
        return f"ALTER USER {name} SET RSA_PUBLIC_KEY='{self.registered}'"


def configured(environment: Mapping[str, str]) -> KeyPair | None:
    """The key of ``SNOWFLAKE_PRIVATE_KEY_FILE``, a path from the repository's folder or ``~``; None where none is set.

    Raises:
        LabError: it is no key that Snowflake takes, or its passphrase is another.
    """
    if (path := file(environment)) is None:
        return None
    return KeyPair(_loaded(path, f"{FILE}={environment[FILE]}", environment.get(PASSPHRASE)))


def file(environment: Mapping[str, str]) -> Path | None:
    """Where the key lies that ``SNOWFLAKE_PRIVATE_KEY_FILE`` names."""
    said = environment.get(FILE)
    return paths.ROOT / Path(said).expanduser() if said else None


def _loaded(path: Path, said: str, passphrase: str | None) -> RSAPrivateKey:
    try:
        text = path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        raise LabError(f"{said}: there is no such file.", next_command=_new_key(path)) from None
    except UnicodeDecodeError:
        text = ""
    except OSError as error:
        raise LabError(f"{said} cannot be read: {error.strerror}.") from error
    if not text.startswith((PLAIN, ENCRYPTED)):
        raise LabError(
            f"{said} is no private key in PKCS#8 PEM: its first line must be {PLAIN} or {ENCRYPTED}.",
            next_command=f"openssl pkcs8 -topk8 -in {path} -out {path.with_suffix('.p8')}",
        )
    is_encrypted = text.startswith(ENCRYPTED)
    if is_encrypted and not passphrase:
        raise LabError(f"{said} is encrypted, and {PASSPHRASE} is not set: it is the key's passphrase.")
    try:
        key = load_pem_private_key(text.encode(), passphrase.encode() if is_encrypted and passphrase else None)
    except ValueError as error:
        if is_encrypted:
            raise LabError(f"{PASSPHRASE} is not the passphrase of {said}.") from error
        raise LabError(f"{said} is damaged: {error}.", next_command=_new_key(path)) from error
    if not isinstance(key, RSAPrivateKey) or key.key_size < LEAST_BITS:
        raise LabError(
            f"{said} is no RSA key of at least {LEAST_BITS} bits, the kind that Snowflake's RSA_PUBLIC_KEY takes.",
            next_command=_new_key(path),
        )
    return key


def _new_key(path: Path) -> str:
    return f"openssl genrsa {LEAST_BITS} | openssl pkcs8 -topk8 -nocrypt -out {path}"
