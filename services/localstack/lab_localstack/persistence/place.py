"""Where the state lies: below the lab's own folder, which `start` names."""

import os
from pathlib import Path


def state_folder() -> Path:
    """`${LAB_VAR}/localstack/state`."""
    return Path(os.environ["FILESYSTEM_ROOT"]) / "state"


class UnreadableStateError(Exception):
    """The saved state cannot be used; LocalStack does not start, for it would seem that everything is gone."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"The saved state of LocalStack cannot be read: {what}\n"
            f"It lies in {state_folder()}. To go on with it, start the version of the lab that wrote it; "
            "to begin anew without it: make clean"
        )
