"""Who makes a request: the role behind its access key, where there is one."""

import re

from localstack.aws.api import RequestContext
from localstack.utils.aws.request_context import (
    extract_access_key_id_from_auth_header,
    extract_account_id_from_auth_header,
    extract_region_from_auth_header,
)

from lab_localstack.calls.call import Caller

_PRODUCT = re.compile(r"[^/\s]+")
_TEMPORARY = ("ASIA", "LSIA")


class Callers:
    """Knows the roles of temporary keys from what STS has issued."""

    def __init__(self) -> None:
        self._roles: dict[str, str] = {}

    def of(self, context: RequestContext) -> Caller | None:
        """The caller; None for what LocalStack asks itself in nobody's name."""
        headers = context.request.headers
        key = extract_access_key_id_from_auth_header(headers) or ""
        role = self._role(key)
        if role is None and context.is_internal_call:
            return None
        account = context.account_id or extract_account_id_from_auth_header(headers) or ""
        region = context.region or extract_region_from_auth_header(headers) or ""
        product = _PRODUCT.match(headers.get("User-Agent", ""))
        return Caller(role or key, account, region, product[0] if product else "")

    def _role(self, key: str) -> str | None:
        if not key.startswith(_TEMPORARY):
            return None
        if key not in self._roles:
            self._roles |= _issued()
        return self._roles.get(key)


def _issued() -> dict[str, str]:
    """The ARNs of roles by the keys that STS has issued for them."""
    from moto.sts.models import sts_backends

    return {
        role.access_key_id: role.role_arn
        for _, _, backend in sts_backends.iter_backends()
        for role in backend.assumed_roles
    }
