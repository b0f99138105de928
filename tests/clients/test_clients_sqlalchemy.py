"""The SQLAlchemy dialect: tables from metadata, the ORM, reflection and pandas."""

from collections.abc import Iterator

import pandas as pd
import pytest
from snowflake.sqlalchemy import URL
from sqlalchemy import Engine, Integer, MetaData, String, Table, create_engine, inspect, select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column


class Base(DeclarativeBase):
    pass


class Show(Base):
    __tablename__ = "shows"
    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    title: Mapped[str] = mapped_column(String(40))


@pytest.fixture
def engine(settings: dict[str, object]) -> Iterator[Engine]:
    made = create_engine(URL(**settings))
    Base.metadata.create_all(made)
    yield made
    made.dispose()


def test_the_orm_finds_what_it_has_added(engine: Engine) -> None:
    with Session(engine) as session:
        session.add_all([Show(id=1, title="News"), Show(id=2, title="Sport")])
        session.commit()
    with Session(engine) as session:
        assert session.scalars(select(Show.title).order_by(Show.id)).all() == ["News", "Sport"]


def test_what_is_rolled_back_is_not_there(engine: Engine) -> None:
    with Session(engine) as session:
        session.add(Show(id=1, title="News"))
        session.flush()
        session.rollback()
        assert session.scalars(select(Show)).all() == []


def test_tables_columns_and_views_are_reflected(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("CREATE VIEW titles AS SELECT title FROM shows"))
    inspector = inspect(engine)
    assert inspector.get_table_names() == ["shows"]
    assert inspector.get_view_names() == ["titles"]
    assert [column["name"] for column in inspector.get_columns("shows")] == ["id", "title"]


def test_keys_are_reflected(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE views (show_id INT REFERENCES shows (id), minute INT UNIQUE)"))
    inspector = inspect(engine)
    assert inspector.get_pk_constraint("shows")["constrained_columns"] == ["id"]
    (key,) = inspector.get_foreign_keys("views")
    assert (key["constrained_columns"], key["referred_table"], key["referred_columns"]) == (
        ["show_id"],
        "shows",
        ["id"],
    )
    assert [unique["column_names"] for unique in inspector.get_unique_constraints("views")] == [["minute"]]
    (reference,) = Table("views", MetaData(), autoload_with=engine).foreign_keys
    assert reference.target_fullname == "shows.id"


def test_pandas_reads_what_it_wrote(engine: Engine) -> None:
    frame = pd.DataFrame({"n": [1, 2], "word": ["a", "b"]})
    frame.to_sql("frames", engine, index=False)
    assert pd.read_sql("SELECT n, word FROM frames ORDER BY n", engine).to_dict("list") == frame.to_dict("list")
