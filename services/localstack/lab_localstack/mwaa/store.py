"""The environments that were asked for, by account and region."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from localstack.services.stores import AccountRegionBundle, BaseStore, LocalAttribute


@dataclass
class Environment:
    """An environment as CreateEnvironment described it; Airflow itself runs beside LocalStack and takes none of it."""

    settings: dict[str, Any]
    tags: dict[str, str]
    created: datetime


class MwaaStore(BaseStore):
    environments: dict[str, Environment] = LocalAttribute(default=dict)
    """By name."""


STORES: AccountRegionBundle[MwaaStore] = AccountRegionBundle("mwaa", MwaaStore)
