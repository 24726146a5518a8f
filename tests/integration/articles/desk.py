"""Articles as a client asks for them, and what of them is in the rows."""

from collections import Counter
from types import TracebackType
from typing import Any, Self
from uuid import UUID

import asyncpg
import httpx2

from integration.delivery.processes import eventually
from integration.delivery.system import System

STEPS = (
    "headings",
    *(f"section.{number}" for number in range(1, 6)),
    "image.1",
    "image.2",
    "summary",
    "meta",
    "faq",
)
"""Of WISH."""
WISH = {"topic": "green tea", "sections": 5, "images": 2, "faq": 3}


class Desk:
    def __init__(self, system: System) -> None:
        self.system = system
        self._http = system.client()
        self._rows: asyncpg.Connection | None = None

    async def __aenter__(self) -> Self:
        self._rows = await asyncpg.connect(self.system.database_url)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()
        if self._rows is not None:
            await self._rows.close()

    async def submit(self, **wishes: Any) -> UUID:
        answer = await self._http.post("/v1/articles", json=WISH | wishes)
        assert answer.status_code == 202, answer.text
        return UUID(answer.json()["id"])

    async def get(self, path: str, **query: Any) -> httpx2.Response:
        answer = await self._http.get(path, params=query or None)
        assert answer.status_code == 200, answer.text
        return answer

    async def post(self, path: str, body: Any = None) -> httpx2.Response:
        return await self._http.post(path, json=body)

    async def shown(self, article_id: UUID) -> dict[str, Any]:
        shown: dict[str, Any] = (await self.get(f"/v1/articles/{article_id}")).json()
        return shown

    async def is_(self, article_id: UUID, status: str) -> dict[str, Any]:
        """Wait until it has this status."""

        async def has_status() -> bool:
            return bool((await self.shown(article_id))["status"] == status)

        await eventually(has_status, f"article {article_id} is {status}")
        return await self.shown(article_id)

    async def is_at(self, article_id: UUID, step: str) -> None:
        """Wait until a call of this step goes on."""

        async def is_called() -> bool:
            return step in await self.open_calls(article_id)

        await eventually(is_called, f"article {article_id} is at {step}")

    async def calls(self, article_id: UUID, attempt: int = 1) -> Counter[str]:
        """By step: how many were sent."""
        assert self._rows is not None
        query = "SELECT step FROM generator.calls WHERE job_id = $1 AND attempt = $2"
        return Counter(row["step"] for row in await self._rows.fetch(query, article_id, attempt))

    async def open_calls(self, article_id: UUID) -> set[str]:
        """Steps whose calls go on."""
        assert self._rows is not None
        query = "SELECT step FROM generator.calls WHERE job_id = $1 AND ended_at IS NULL"
        return {row["step"] for row in await self._rows.fetch(query, article_id)}

    async def stored(self, article_id: UUID) -> set[str]:
        """Steps whose results are stored."""
        assert self._rows is not None
        rows = await self._rows.fetch("SELECT name FROM generator.steps WHERE job_id = $1", article_id)
        return {row["name"] for row in rows}
