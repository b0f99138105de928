"""profiles/aws.env.example as a user fills it in."""

from pathlib import Path

from scripts import paths, profile
from scripts.profile import Profile

EXAMPLE = paths.ROOT / "profiles" / "aws.env.example"

FILLED_IN = {
    "AWS_ACCOUNT_ID": "123456789012",
    "BUDGET_EMAIL": "me@example.com",
    "SNOWFLAKE_ACCOUNT": "myorg-lab",
    "SNOWFLAKE_USER": "LOADER",
}


def filled_in(folder: Path, *lines: str, without: str | None = None, **changes: str) -> Path:
    """The example filled in, with ``lines`` added and ``changes`` made."""
    text = EXAMPLE.read_text()
    for name, value in {**FILLED_IN, **changes}.items():
        old = next(line for line in text.splitlines() if line.startswith(f"{name}="))
        text = text.replace(f"\n{old}\n", f"\n{name}={value}\n")
    if without:
        text = "\n".join(line for line in text.splitlines() if not line.startswith(f"{without}="))
    path = folder / "aws.env"
    path.write_text("\n".join([text, *lines]))
    return path


def load(folder: Path, *lines: str, without: str | None = None, **changes: str) -> Profile:
    """The same, read."""
    return profile.load(str(filled_in(folder, *lines, without=without, **changes)))


def local_airflow() -> list[str]:
    """The example's lines for a local Airflow, taken in."""
    lines = [line.removeprefix("# ") for line in EXAMPLE.read_text().splitlines()]
    return [line for line in lines[lines.index("AIRFLOW=local") :] if line]
