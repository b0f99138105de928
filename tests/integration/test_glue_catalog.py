"""Glue's Data Catalog as Iceberg and boto3 use it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pyarrow as pa
import pytest
from botocore.exceptions import ClientError
from pyiceberg.catalog.glue import GlueCatalog
from pyiceberg.exceptions import CommitFailedException
from tenacity import retry, retry_if_exception_type

pytestmark = pytest.mark.processes("the catalog's protocol is the same, however LocalStack is run")

ARN = "arn:aws:glue:us-east-1:000000000000"


@pytest.fixture(scope="module")
def glue(aws: Any) -> Any:
    return aws("glue")


@pytest.fixture
def database(glue: Any) -> Iterator[str]:
    glue.create_database(DatabaseInput={"Name": "catalog_tests"})
    yield "catalog_tests"
    glue.delete_database(Name="catalog_tests")


@pytest.fixture
def table(glue: Any, database: str) -> dict[str, Any]:
    glue.create_table(DatabaseName=database, TableInput={"Name": "records", "Parameters": {"commit": "0"}})
    created: dict[str, Any] = glue.get_table(DatabaseName=database, Name="records")["Table"]
    return created


def update(glue: Any, commit: str, **options: Any) -> None:
    definition = {"Name": "records", "Parameters": {"commit": commit}}
    glue.update_table(DatabaseName="catalog_tests", TableInput=definition, **options)


def commits(glue: Any) -> list[str]:
    versions = glue.get_table_versions(DatabaseName="catalog_tests", TableName="records")["TableVersions"]
    return [version["Table"]["Parameters"]["commit"] for version in versions]


def test_an_update_from_a_stale_version_is_refused_and_changes_nothing(glue: Any, table: Any) -> None:
    update(glue, "1", VersionId=table["VersionId"])

    with pytest.raises(ClientError) as refused:
        update(glue, "2", VersionId=table["VersionId"])

    assert refused.value.response["Error"]["Code"] == "ConcurrentModificationException"
    assert commits(glue) == ["1", "0"]


def test_an_update_without_a_version_always_wins(glue: Any, table: Any) -> None:
    update(glue, "1")
    update(glue, "2")

    assert commits(glue) == ["2", "1", "0"]


def test_skip_archive_keeps_no_version_but_the_new_one(glue: Any, table: Any) -> None:
    update(glue, "1", SkipArchive=True)
    update(glue, "2", SkipArchive=True)

    assert commits(glue) == ["2"]
    assert glue.get_table(DatabaseName="catalog_tests", Name="records")["Table"]["VersionId"] == "2"


def test_archived_versions_can_be_deleted_and_the_current_one_cannot(glue: Any, table: Any) -> None:
    update(glue, "1")

    answer = glue.batch_delete_table_version(
        DatabaseName="catalog_tests", TableName="records", VersionIds=["0", "1", "9"]
    )

    assert [error["VersionId"] for error in answer["Errors"]] == ["1", "9"]
    assert commits(glue) == ["1"]


def test_concurrent_iceberg_writers_lose_no_commit(aws: Any, lab: Any, database: str) -> None:
    def catalog() -> GlueCatalog:
        keys = {"s3.access-key-id": "test", "s3.secret-access-key": "test", "s3.region": "us-east-1"}
        return GlueCatalog("glue", client=aws("glue"), **keys, **{"s3.endpoint": lab.environment["AWS_ENDPOINT_URL"]})

    aws("s3").create_bucket(Bucket="iceberg-writers")
    table_name, schema = f"{database}.commits", pa.schema([("writer", pa.int64()), ("number", pa.int64())])
    catalog().create_table(table_name, schema, location="s3://iceberg-writers/commits")

    @retry(retry=retry_if_exception_type(CommitFailedException))
    def append(writer: int, number: int) -> None:
        rows = pa.table({"writer": [writer], "number": [number]}, schema=schema)
        catalog().load_table(table_name).append(rows)

    with ThreadPoolExecutor(4) as writers:
        list(writers.map(append, *zip(*[(writer, number) for writer in range(4) for number in range(5)], strict=True)))

    landed = catalog().load_table(table_name).scan().to_arrow().to_pylist()
    assert sorted((row["writer"], row["number"]) for row in landed) == [(w, n) for w in range(4) for n in range(5)]


def test_names_are_folded_to_lower_case(glue: Any, database: str) -> None:
    glue.create_table(DatabaseName="Catalog_Tests", TableInput={"Name": "Mixed_Case"})

    assert glue.get_table(DatabaseName=database, Name="MIXED_CASE")["Table"]["Name"] == "mixed_case"


def test_lists_come_in_pages_without_loss(glue: Any, database: str) -> None:
    names = [f"table_{number}" for number in range(7)]
    for name in names:
        glue.create_table(DatabaseName=database, TableInput={"Name": name})

    pages = list(glue.get_paginator("get_tables").paginate(DatabaseName=database, PaginationConfig={"PageSize": 3}))

    assert [[table["Name"] for table in page["TableList"]] for page in pages] == [names[:3], names[3:6], names[6:]]


def test_an_expression_selects_tables(glue: Any, database: str) -> None:
    for name in ("events", "events_late", "channels"):
        glue.create_table(DatabaseName=database, TableInput={"Name": name})

    found = glue.get_tables(DatabaseName=database, Expression="events.*")["TableList"]

    assert [table["Name"] for table in found] == ["events", "events_late"]


def test_deleting_tables_in_a_batch_names_those_that_were_not_there(glue: Any, table: Any) -> None:
    answer = glue.batch_delete_table(DatabaseName="catalog_tests", TablesToDelete=["records", "nowhere"])

    assert [error["TableName"] for error in answer["Errors"]] == ["nowhere"]
    assert glue.get_tables(DatabaseName="catalog_tests")["TableList"] == []


def test_a_deleted_database_takes_its_tables_along(glue: Any) -> None:
    glue.create_database(DatabaseInput={"Name": "short_lived"})
    glue.create_table(DatabaseName="short_lived", TableInput={"Name": "t"})
    glue.delete_database(Name="short_lived")
    glue.create_database(DatabaseInput={"Name": "short_lived"})

    assert glue.get_tables(DatabaseName="short_lived")["TableList"] == []
    glue.delete_database(Name="short_lived")


def test_tags_of_a_database_can_be_read_and_changed(glue: Any) -> None:
    glue.create_database(DatabaseInput={"Name": "tagged"}, Tags={"team": "media", "stage": "lab"})
    arn = f"{ARN}:database/tagged"
    glue.tag_resource(ResourceArn=arn, TagsToAdd={"stage": "test"})
    glue.untag_resource(ResourceArn=arn, TagsToRemove=["team"])

    assert glue.get_tags(ResourceArn=arn)["Tags"] == {"stage": "test"}
    glue.delete_database(Name="tagged")


@pytest.mark.parametrize(
    ("operation", "parameters", "code"),
    [
        pytest.param("get_database", {"Name": "none"}, "EntityNotFoundException", id="database missing"),
        pytest.param(
            "get_table",
            {"DatabaseName": "catalog_tests", "Name": "none"},
            "EntityNotFoundException",
            id="table missing",
        ),
        pytest.param(
            "create_database",
            {"DatabaseInput": {"Name": "catalog_tests"}},
            "AlreadyExistsException",
            id="database twice",
        ),
        pytest.param(
            "create_table",
            {"DatabaseName": "catalog_tests", "TableInput": {"Name": "records"}},
            "AlreadyExistsException",
            id="table twice",
        ),
        pytest.param(
            "get_tables",
            {"DatabaseName": "catalog_tests", "Expression": "("},
            "InvalidInputException",
            id="expression unreadable",
        ),
        pytest.param(
            "get_tables",
            {"DatabaseName": "catalog_tests", "NextToken": "made up"},
            "InvalidInputException",
            id="token unknown",
        ),
        pytest.param(
            "get_databases", {"NextToken": "bm93aGVyZQ=="}, "InvalidInputException", id="token of an item that is gone"
        ),
        pytest.param(
            "get_tables",
            {"CatalogId": "111122223333", "DatabaseName": "catalog_tests"},
            "EntityNotFoundException",
            id="foreign catalog",
        ),
        pytest.param("get_tags", {"ResourceArn": f"{ARN}:job/none"}, "EntityNotFoundException", id="tags of nothing"),
        pytest.param("get_tags", {"ResourceArn": "nonsense"}, "InvalidInputException", id="tags of no arn"),
        pytest.param("get_crawler", {"Name": "any"}, "NotImplementedException", id="operation not implemented"),
        pytest.param(
            "create_table",
            {
                "DatabaseName": "catalog_tests",
                "TableInput": {"Name": "iceberg"},
                "OpenTableFormatInput": {"IcebergInput": {"MetadataOperation": "CREATE"}},
            },
            "NotImplementedException",
            id="member not implemented",
        ),
    ],
)
def test_errors_are_those_of_glue(glue: Any, table: Any, operation: str, parameters: dict[str, Any], code: str) -> None:
    with pytest.raises(ClientError) as refused:
        getattr(glue, operation)(**parameters)

    assert refused.value.response["Error"]["Code"] == code
