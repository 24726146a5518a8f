"""One environment of Zuora, over HTTP."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from hashlib import sha256

from pressroom_common.zuora_reads import ConnectionCheck

from . import answers
from .calls import Caller
from .checking import checked
from .errors import ZuoraError
from .listing import PAGE_LENGTH, Listed, read_page, read_single
from .records import Exported, Limits, ListedWorkflow, Page


class ZuoraGate:
    """Implements `Zuora`."""

    def __init__(self, caller: Caller, limits: Limits) -> None:
        self._caller = caller
        self._limits = limits

    async def pages(self, start: int = 1) -> AsyncIterator[Page]:
        seen: set[bytes] = set()
        for number in range(start, start + self._limits.most_pages):
            listed = await self._listed(number)
            if listed.items and _mark(listed) in seen:
                raise _broken(f"page {number} repeats an earlier one")
            seen.add(_mark(listed))
            last = listed.last or not listed.items
            if last and not listed.last and number > 1:
                await self._ends_before(number + 1)
            yield Page(number=number, items=listed.items, last=last)
            if last:
                return
        raise _broken(f"it has more than {self._limits.most_pages} pages")

    async def workflow(self, zuora_id: int) -> ListedWorkflow | None:
        try:
            answer = await self._caller.get("workflow", f"/workflows/{zuora_id:d}", {})
        except ZuoraError as error:
            if error.code == "workflow_missing":
                return None
            raise
        workflow = read_single(answer)
        if workflow.zuora_id != zuora_id:
            raise answers.malformed("it is of another workflow")
        return workflow

    async def export(self, zuora_id: int, version: str | None = None, kept: AsyncExitStack | None = None) -> Exported:
        query = {} if version is None else {"version": version}
        answer = await self._caller.get("export", f"/workflows/{zuora_id:d}/export", query, kept)
        if not answer.has_workflow:
            raise answers.malformed("the export has no workflow")
        return Exported(answer.body)

    async def check(self) -> ConnectionCheck:
        return await checked(self, self._limits.check_seconds)

    async def fresh_token(self) -> None:
        """Raises ZuoraError where the credentials give none."""
        await self._caller.renew_token()

    async def first(self) -> ListedWorkflow | None:
        """Any workflow. Raises ZuoraError."""
        return next(iter((await self._listed(1)).items), None)

    async def _ends_before(self, number: int) -> None:
        """A page without workflows named another one: some always do, and some are empty by mistake."""
        if (await self._listed(number)).items:
            raise _broken(f"page {number - 1} is empty, and page {number} is not")

    async def _listed(self, number: int) -> Listed:
        query = {"page": str(number), "page_length": str(PAGE_LENGTH)}
        return read_page(await self._caller.get("list", "/workflows", query))


def _mark(listed: Listed) -> bytes:
    """The same for two pages of the same workflows, and small."""
    return sha256(repr(listed.ids).encode()).digest()


def _broken(what: str) -> ZuoraError:
    detail = f"Zuora's list of workflows is broken: {what}. Nothing was deleted. Try again later."
    return ZuoraError("listing_broken", detail, "transient")
