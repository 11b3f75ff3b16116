"""Parts of requests to Xero, as planning makes them."""

from schemas.kinds import Kind
from worker.providers.port import Operation, Part

CONTACT = "bd2270c3-8706-4c11-9cfb-000b551c3f51"
INVOICE = "243216c5-369e-4056-ac67-05388f86dc81"
ACCOUNT = "562555f2-8cde-4ce9-8203-0363922537a4"


def a_part(
    kind: Kind = Kind.CUSTOMER,
    operation: Operation = Operation.CREATE,
    key: str = "1",
    ref: str | None = None,
    **body: object,
) -> Part:
    return Part(int(key), kind, f"R-{key}", operation, key, body, ref)
