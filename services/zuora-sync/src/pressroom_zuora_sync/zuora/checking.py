"""What credentials can do: a token, the list, one export, in this order."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from pressroom_common.zuora_reads import ConnectionCheck, RightState

from .errors import ZuoraError
from .records import Exported, ListedWorkflow


class Checkable(Protocol):
    async def fresh_token(self) -> None:
        """Raises ZuoraError where the credentials give none."""
        ...

    async def first(self) -> ListedWorkflow | None:
        """Any workflow. Raises ZuoraError."""
        ...

    async def export(self, zuora_id: int, version: str | None = None) -> Exported: ...


class _Rights:
    """As far as the check came."""

    def __init__(self) -> None:
        self._states: dict[str, RightState] = {"token": "unknown", "listing": "unknown", "exporting": "unknown"}

    @contextmanager
    def trying(self, right: str) -> Iterator[None]:
        try:
            yield
        except ZuoraError as error:
            if error.sort == "configuration":
                self._states[right] = "refused"
            raise
        self._states[right] = "granted"

    def answer(self, error: ZuoraError | None) -> ConnectionCheck:
        return ConnectionCheck(
            ok=error is None,
            token=self._states["token"],
            listing=self._states["listing"],
            exporting=self._states["exporting"],
            code=error.code if error else "",
            detail=error.detail if error else "",
        )


async def checked(zuora: Checkable, seconds: float) -> ConnectionCheck:
    """Within so many seconds. What is wrong is in the answer, not raised."""
    rights = _Rights()
    try:
        async with asyncio.timeout(seconds):
            await _tried(zuora, rights)
    except ZuoraError as error:
        return rights.answer(error)
    except TimeoutError:
        detail = f"Zuora did not answer within {seconds:g} s. Try again later."
        return rights.answer(ZuoraError("unavailable", detail, "transient"))
    return rights.answer(None)


async def _tried(zuora: Checkable, rights: _Rights) -> None:
    with rights.trying("token"):
        await zuora.fresh_token()
    with rights.trying("listing"):
        workflow = await zuora.first()
    if workflow is None:
        return
    try:
        with rights.trying("exporting"):
            await zuora.export(workflow.zuora_id, "latest" if workflow.draft else None)
    except ZuoraError as error:
        if error.sort != "permanent":  # that one workflow cannot be exported says nothing of the right
            raise
