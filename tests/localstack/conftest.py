"""LocalStack, importable in tests as `python -m lab_localstack` makes it."""

import gc
import warnings

from lab_localstack import python311

with warnings.catch_warnings():
    # while it is imported, LocalStack looks for a Docker engine, and leaves the socket open where there is none
    warnings.simplefilter("ignore", ResourceWarning)
    python311.mend()
    import localstack.utils.docker_utils  # noqa: F401 - for the search to be over

    gc.collect()
