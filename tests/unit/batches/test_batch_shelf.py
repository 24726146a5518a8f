"""Stored sources are read once for a request, whatever the number of its items."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from pressroom_gateway.batches.shelf import Shelf
from pressroom_gateway.content.composition import PageContext
from pressroom_gateway.content.ports import PromptSource

TENANT, PROMPT = uuid4(), uuid4()
PAGES = [uuid4() for _ in range(5)]


class Sources:
    def __init__(self) -> None:
        self.asked: list[str] = []

    async def prompt(self, tenant_id: UUID, prompt_id: UUID, version: int | None, label: str) -> PromptSource | None:  # noqa: ARG002
        self.asked.append(f"prompt {label}")
        return PromptSource("P", True, 1, "text", None) if prompt_id == PROMPT else None

    async def page(self, tenant_id: UUID, page_id: UUID) -> PageContext | None:  # noqa: ARG002
        self.asked.append("page")
        return None

    async def pages(self, tenant_id: UUID, page_ids: Sequence[UUID]) -> dict[UUID, PageContext]:  # noqa: ARG002
        self.asked.append(f"{len(page_ids)} pages")
        return {page_id: PageContext("https://x", None, "k", "en") for page_id in page_ids if page_id != PAGES[0]}


async def test_each_prompt_is_read_once_and_all_pages_at_once_also_those_that_are_not_there() -> None:
    sources = Sources()
    shelf = Shelf(sources)
    await shelf.fetch(TENANT, PAGES * 100)
    for _ in range(100):
        assert await shelf.prompt(TENANT, PROMPT, None, "production") is not None
        assert await shelf.prompt(TENANT, PROMPT, None, "draft") is not None
        assert await shelf.page(TENANT, PAGES[0]) is None
        assert await shelf.page(TENANT, PAGES[1]) is not None
    assert sources.asked == ["5 pages", "prompt production", "prompt draft"]
