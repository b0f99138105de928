"""A session's TIMEZONE: text is read, instants are shown and days begin in it; no session's zone is another's."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
import pytz
from snowflake.connector import SnowflakeConnection
from snowflake.connector.cursor import SnowflakeCursor
from snowflake.connector.errors import DatabaseError, ProgrammingError

Connect = Callable[..., SnowflakeConnection]
Run = Callable[..., SnowflakeCursor]

BERLIN = pytz.timezone("Europe/Berlin")
NOON = "'2026-07-01 12:00:00'"


@pytest.fixture
def berlin(run: Run) -> Run:
    run("ALTER SESSION SET TIMEZONE = 'Europe/Berlin'")
    return run


CASTS = [
    pytest.param(f"{NOON}::TIMESTAMP_LTZ", datetime(2026, 7, 1, 10, tzinfo=UTC), id="text is read in the zone"),
    pytest.param("'2026-01-01 12:00:00'::TIMESTAMP_LTZ", datetime(2026, 1, 1, 11, tzinfo=UTC), id="in winter"),
    pytest.param(f"{NOON}::TIMESTAMP_NTZ::TIMESTAMP_LTZ", datetime(2026, 7, 1, 10, tzinfo=UTC), id="NTZ to LTZ"),
    pytest.param(
        "'2026-07-01 12:00:00 +00:00'::TIMESTAMP_LTZ::TIMESTAMP_NTZ", datetime(2026, 7, 1, 14), id="LTZ to NTZ"
    ),
    pytest.param(f"{NOON}::TIMESTAMP_NTZ", datetime(2026, 7, 1, 12), id="NTZ is wall time"),
    pytest.param("TO_TIMESTAMP(0)", datetime(1970, 1, 1), id="a number counts from UTC's 1970"),
    pytest.param("TO_TIMESTAMP_NTZ(1000, 3)", datetime(1970, 1, 1, 0, 0, 1), id="and of milliseconds"),
    pytest.param("'2026-07-01 23:00:00 +00:00'::TIMESTAMP_LTZ::DATE", date(2026, 7, 2), id="the day"),
    pytest.param("HOUR('2026-07-01 23:00:00 +00:00'::TIMESTAMP_LTZ)", 1, id="the hour"),
    pytest.param(
        "DATE_TRUNC('DAY', '2026-07-01 23:00:00 +00:00'::TIMESTAMP_LTZ)",
        datetime(2026, 7, 1, 22, tzinfo=UTC),
        id="the day begins at its midnight",
    ),
    pytest.param(
        "DATEDIFF('MINUTE', SYSDATE(), CURRENT_TIMESTAMP()::TIMESTAMP_NTZ) IN (60, 120)", True, id="SYSDATE is UTC's"
    ),
]


@pytest.mark.parametrize(("sql", "value"), CASTS)
def test_a_value_is_the_zones(berlin: Run, sql: str, value: object) -> None:
    assert berlin(f"SELECT {sql}").fetchone() == (value,)


SHOWN = [
    pytest.param("2026-07-01 10:00:00+00:00", "2026-07-01T12:00:00+02:00", id="summer"),
    pytest.param("2026-01-01 10:00:00+00:00", "2026-01-01T11:00:00+01:00", id="winter"),
    pytest.param("2026-03-29 00:59:59.999999+00:00", "2026-03-29T01:59:59.999999+01:00", id="before the clock moves"),
    pytest.param("2026-03-29 01:00:00+00:00", "2026-03-29T03:00:00+02:00", id="after"),
    pytest.param("1969-12-31 23:30:00.5+00:00", "1970-01-01T00:30:00.500000+01:00", id="before 1970 in UTC"),
]


@pytest.mark.parametrize(("given", "shown"), SHOWN)
def test_an_instant_is_shown_with_the_zones_offset(berlin: Run, given: str, shown: str) -> None:
    berlin("CREATE TABLE T (A TIMESTAMP_LTZ)")
    berlin(f"INSERT INTO T VALUES ('{given}'), (NULL)")
    assert [None if a is None else a.isoformat() for (a,) in berlin("SELECT A FROM T ORDER BY A").fetchall()] == [
        shown,
        None,
    ]


def test_now_and_today_are_the_zones(run: Run) -> None:
    run("ALTER SESSION SET TIMEZONE = 'Pacific/Kiritimati'")  # 14 hours ahead
    [(now, wall, today)] = run(
        "SELECT CURRENT_TIMESTAMP(), CURRENT_TIMESTAMP()::TIMESTAMP_NTZ, CURRENT_DATE()"
    ).fetchall()
    assert now.utcoffset() == timedelta(hours=14)
    assert abs(datetime.now(UTC) - now) < timedelta(minutes=1)
    assert wall == now.replace(tzinfo=None)
    assert today == now.date()


def test_a_timestamp_tz_keeps_its_instant_and_not_its_offset(berlin: Run) -> None:
    [(moment,)] = berlin("SELECT '2026-07-01 12:00:00 +09:00'::TIMESTAMP_TZ").fetchall()
    assert moment == datetime(2026, 7, 1, 3, tzinfo=UTC)
    assert moment.isoformat() == "2026-07-01T05:00:00+02:00"  # Snowflake: 12:00 +09:00


def test_the_zone_may_be_said_at_login_and_is_shown(connect: Connect) -> None:
    cursor = connect(session_parameters={"TIMEZONE": "Asia/Tokyo"}).cursor()
    assert cursor.execute("SELECT '2026-07-01 12:00:00'::TIMESTAMP_LTZ").fetchone() == (
        datetime(2026, 7, 1, 3, tzinfo=UTC),
    )
    assert cursor.execute("SHOW PARAMETERS LIKE 'TIMEZONE'").fetchone()[:4] == (
        "TIMEZONE",
        "Asia/Tokyo",
        "Etc/UTC",
        "SESSION",
    )


def test_a_zone_is_its_sessions_and_unset_is_utc_again(connect: Connect, berlin: Run) -> None:
    sql = f"SELECT {NOON}::TIMESTAMP_LTZ"
    noon = datetime(2026, 7, 1, 12, tzinfo=UTC)
    assert connect().cursor().execute(sql).fetchone() == (noon,)
    berlin("ALTER SESSION UNSET TIMEZONE")
    assert berlin(sql).fetchone() == (noon,)


def test_two_sessions_see_one_instant(connect: Connect, berlin: Run) -> None:
    berlin("CREATE TABLE T (A TIMESTAMP_LTZ)")
    berlin(f"INSERT INTO T VALUES ({NOON})")
    tokyo = connect(timezone="Asia/Tokyo").cursor()
    [(there,)], [(here,)] = tokyo.execute("SELECT A FROM T").fetchall(), berlin("SELECT A FROM T").fetchall()
    assert there == here
    assert (there.isoformat(), here.isoformat()) == ("2026-07-01T19:00:00+09:00", "2026-07-01T12:00:00+02:00")


def test_copy_reads_a_file_in_the_zone(berlin: Run, stage: Callable[[str, str], None]) -> None:
    berlin("CREATE TABLE T (A TIMESTAMP_LTZ, B TIMESTAMP_NTZ)")
    stage("a.csv", "2026-07-01 12:00:00,2026-07-01 12:00:00\n")
    berlin("COPY INTO T FROM @FILES")
    assert berlin("SELECT * FROM T").fetchone() == (datetime(2026, 7, 1, 10, tzinfo=UTC), datetime(2026, 7, 1, 12))


@pytest.mark.parametrize("name", ["Europe/Atlantis", "europe/berlin", "+01:00", "UTC'; DROP TABLE T; --"])
def test_a_zone_that_is_none_is_refused(connect: Connect, run: Run, name: str) -> None:
    quoted = name.replace("'", "''")
    with pytest.raises(ProgrammingError) as refused:
        run(f"ALTER SESSION SET TIMEZONE = '{quoted}'")
    assert (refused.value.errno, refused.value.sqlstate) == (1008, "22023")
    with pytest.raises(DatabaseError, match="for parameter 'TIMEZONE'"):
        connect(timezone=name)
    assert run(f"SELECT {NOON}::TIMESTAMP_LTZ").fetchone() == (datetime(2026, 7, 1, 12, tzinfo=UTC),)


def test_many_instants_have_each_their_offset(berlin: Run) -> None:
    rows = berlin(
        "SELECT DATEADD('HOUR', n, '2026-01-01 00:00:00 +00:00'::TIMESTAMP_LTZ) FROM "
        "(SELECT ROW_NUMBER() OVER (ORDER BY SEQ4()) - 1 AS n FROM TABLE(GENERATOR(ROWCOUNT => 8760))) ORDER BY n"
    ).fetchall()
    start = datetime(2026, 1, 1, tzinfo=UTC)
    expected = [(start + timedelta(hours=n)).astimezone(BERLIN).isoformat() for n in range(8760)]
    assert [moment.isoformat() for (moment,) in rows] == expected
