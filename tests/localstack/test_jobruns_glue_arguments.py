"""Glue's arguments on their way to spark-submit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lab_localstack.glue.arguments import UnsupportedArgumentError, effective_arguments, submission

ARGUMENTS = st.dictionaries(st.from_regex(r"--[a-z]{1,9}", fullmatch=True), st.text(min_size=1))


@given(ARGUMENTS, ARGUMENTS, ARGUMENTS)
def test_what_the_job_fixes_wins_over_the_run_and_the_run_over_defaults(
    defaults: dict[str, str], run: dict[str, str], fixed: dict[str, str]
) -> None:
    definition = {"DefaultArguments": defaults, "NonOverridableArguments": fixed}

    for name, value in effective_arguments(definition, run).items():
        assert value == fixed.get(name, run.get(name, defaults.get(name)))


def test_glues_own_arguments_become_options_and_do_not_reach_the_script() -> None:
    made = submission(
        "s3://c/job.py",
        "job",
        "jr_1",
        {
            "--extra-py-files": "s3://c/jobs.zip",
            "--extra-jars": "s3://c/a.jar",
            "--extra-files": "s3://c/f",
            "--conf": 'a=1 --conf "b=two words"',
            "--datalake-formats": "iceberg",
            "--lake": "lake",
        },
    )

    assert made.options == (
        *("--py-files", "s3://c/jobs.zip", "--jars", "s3://c/a.jar", "--files", "s3://c/f"),
        *("--conf", "a=1", "--conf", "b=two words"),
    )
    assert made.arguments[-4:] == ("--datalake-formats", "iceberg", "--lake", "lake")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("--additional-python-modules", "x"),
        ("--class", "Main"),
        ("--job-language", "scala"),
        ("--job-bookmark-option", "job-bookmark-enable"),
    ],
)
def test_what_only_glue_can_do_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(UnsupportedArgumentError, match=name):
        effective_arguments({"DefaultArguments": {name: value}}, {})
