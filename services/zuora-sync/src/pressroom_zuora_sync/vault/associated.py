"""The associated data of what is sealed: the row that it belongs to. In another row it does not open."""

from uuid import UUID


def secret_of(environment_id: UUID, base_url: str) -> bytes:
    """An environment's client secret. The address is part of it: a secret goes to no host that it was not given for."""
    return b"environment:" + environment_id.bytes + base_url.encode()


def version_of(workflow_id: UUID, number: int) -> bytes:
    """A version's raw export."""
    return b"version:" + workflow_id.bytes + str(number).encode()
