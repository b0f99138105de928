"""Imports parliament first of all, past the warnings of its import: files left open, and setuptools' pkg_resources."""

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import parliament  # type: ignore[import-untyped]  # noqa: F401
