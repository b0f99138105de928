"""A login by key pair: the user's own key opens the door, and nothing else does."""

import base64
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from snowflake.connector import SnowflakeConnection
from snowflake.connector.cursor import SnowflakeCursor
from snowflake.connector.errors import DatabaseError, ProgrammingError

from tests.warehouse_server import Server

Run = Callable[..., SnowflakeCursor]
INVALID_TOKEN = 390144


def new_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def registered(key: rsa.RSAPrivateKey) -> str:
    return base64.b64encode(key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


KEY, OTHER_KEY = new_key(), new_key()


@pytest.fixture
def user(run: Run) -> str:
    """A user whose key is `KEY`."""
    name = f"U_{uuid.uuid4().hex[:8]}".upper()
    run(f"CREATE USER {name} TYPE = SERVICE RSA_PUBLIC_KEY = '{registered(KEY)}'")
    return name


@pytest.fixture
def log_in(server: Server) -> Iterator[Callable[..., SnowflakeConnection]]:
    opened: list[SnowflakeConnection] = []

    def connected(user: str, key: rsa.RSAPrivateKey, **options: Any) -> SnowflakeConnection:
        der = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        opened.append(
            server.connect(user=user, password=None, authenticator="SNOWFLAKE_JWT", private_key=der, **options)
        )
        return opened[-1]

    yield connected
    for connection in opened:
        connection.close()


LogIn = Callable[..., SnowflakeConnection]


def refused(log_in: LogIn, *arguments: Any, **options: Any) -> DatabaseError:
    with pytest.raises(DatabaseError) as error:
        log_in(*arguments, **options)
    return error.value


def test_a_user_logs_in_by_the_key_of_its_own(log_in: LogIn, user: str) -> None:
    assert log_in(user.lower(), KEY).cursor().execute("SELECT CURRENT_USER()").fetchone() == (user,)


def test_another_key_is_refused(log_in: LogIn, user: str) -> None:
    error = refused(log_in, user, OTHER_KEY)
    assert error.errno == INVALID_TOKEN
    assert "JWT token is invalid." in str(error)


def test_the_key_of_another_user_is_refused(log_in: LogIn, user: str, run: Run) -> None:
    run(f"CREATE USER {user}_B RSA_PUBLIC_KEY = '{registered(OTHER_KEY)}'")
    assert refused(log_in, user, OTHER_KEY).errno == INVALID_TOKEN
    assert log_in(f"{user}_B", OTHER_KEY).user == f"{user}_B"


def test_a_user_that_is_not_there_is_refused_as_one_with_another_key(log_in: LogIn) -> None:
    assert refused(log_in, "NONE_SUCH", KEY).errno == INVALID_TOKEN


def test_a_token_that_has_expired_is_refused(log_in: LogIn, user: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JWT_LIFETIME_IN_SECONDS", "-1")
    assert refused(log_in, user, KEY).errno == INVALID_TOKEN


def test_a_user_without_a_key_does_not_log_in(log_in: LogIn, user: str, run: Run) -> None:
    run(f"ALTER USER {user} UNSET RSA_PUBLIC_KEY")
    assert refused(log_in, user, KEY).errno == INVALID_TOKEN


def test_keys_are_changed_by_way_of_the_second_one(log_in: LogIn, user: str, run: Run) -> None:
    run(f"ALTER USER {user} SET RSA_PUBLIC_KEY_2 = '{registered(OTHER_KEY)}'")
    assert [log_in(user, key).user for key in (KEY, OTHER_KEY)] == [user, user]
    run(f"ALTER USER {user} UNSET RSA_PUBLIC_KEY")
    assert refused(log_in, user, KEY).errno == INVALID_TOKEN


def test_a_disabled_user_does_not_log_in(log_in: LogIn, user: str, run: Run) -> None:
    run(f"ALTER USER {user} SET DISABLED = TRUE")
    assert refused(log_in, user, KEY).errno == 390101


def test_the_profiles_user_logs_in_by_password_and_by_a_key_that_it_is_given(log_in: LogIn, run: Run) -> None:
    run(f"ALTER USER LAB SET RSA_PUBLIC_KEY = '{registered(KEY)}'")
    assert log_in("lab", KEY).cursor().execute("SELECT CURRENT_USER()").fetchone() == ("LAB",)
    run("ALTER USER LAB UNSET RSA_PUBLIC_KEY")


def test_nobody_else_logs_in_by_the_profiles_password(server: Server, user: str) -> None:
    with pytest.raises(DatabaseError) as error:
        server.connect(user=user, password="lab")
    assert error.value.errno == 390100


def test_a_user_begins_with_its_own_role(log_in: LogIn, user: str, run: Run) -> None:
    run(f"ALTER USER {user} SET DEFAULT_ROLE = SYSADMIN")
    assert log_in(user, KEY).role == "SYSADMIN"
    assert log_in(user, KEY, role="PUBLIC").role == "PUBLIC"


def test_a_user_is_described_with_the_fingerprint_of_its_key(log_in: LogIn, user: str, run: Run) -> None:
    described = {row[0]: row[1] for row in run(f"DESC USER {user}").fetchall()}
    fingerprint = described["RSA_PUBLIC_KEY_FP"]
    assert (described["NAME"], described["TYPE"], described["RSA_PUBLIC_KEY"]) == (user, "SERVICE", registered(KEY))
    assert fingerprint.startswith("SHA256:")
    assert len(base64.b64decode(fingerprint.removeprefix("SHA256:"))) == 32
    assert described["RSA_PUBLIC_KEY_LAST_SET_TIME"] != "null"
    assert described["RSA_PUBLIC_KEY_2_FP"] == "null"


def test_users_are_shown_and_dropped(user: str, run: Run) -> None:
    cursor = run(f"SHOW USERS LIKE '{user}'")
    (row,) = [dict(zip([c.name for c in cursor.description], row, strict=True)) for row in cursor.fetchall()]
    assert (row["name"], row["has_rsa_public_key"], row["disabled"]) == (user, "true", "false")
    run(f"DROP USER {user}")
    assert run(f"SHOW USERS LIKE '{user}'").fetchall() == []


@pytest.mark.parametrize(
    "key",
    [
        pytest.param("no key", id="text"),
        pytest.param(registered(new_key(1024)), id="short"),
        pytest.param(f"-----BEGIN PUBLIC KEY-----{registered(KEY)}-----END PUBLIC KEY-----", id="with its lines"),
    ],
)
def test_what_is_no_key_is_not_kept(run: Run, user: str, key: str) -> None:
    with pytest.raises(ProgrammingError, match="New public key rejected by current policy"):
        run(f"ALTER USER {user} SET RSA_PUBLIC_KEY = '{key}'")


def test_a_users_password_is_refused_by_name(run: Run) -> None:
    with pytest.raises(ProgrammingError, match="RSA_PUBLIC_KEY"):
        run("CREATE USER SOMEBODY PASSWORD = 'secret'")
