"""`/v1/articles`: work in several steps, whose results are kept."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from datetime import datetime
from typing import Unpack
from uuid import UUID

from pressroom_client.article_models import Article, ArticleImage, ArticleItem
from pressroom_client.errors import PressroomError
from pressroom_client.events import Event
from pressroom_client.messages import Call, given, idempotency, path
from pressroom_client.models import Accepted, JobProgress
from pressroom_client.summaries import not_over_in_time
from pressroom_client.wishes import ArticleWish

from .jobs import AsyncJobs
from .session import AsyncSession


class AsyncArticles:
    """An article is a job, too: `jobs.cancel`, `jobs.retry` and `jobs.restart` are for articles as well."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._jobs = AsyncJobs(session)

    async def create(
        self,
        topic: str,
        *,
        run_at: datetime | None = None,
        idempotency_key: str | None = None,
        **wish: Unpack[ArticleWish],
    ) -> Accepted:
        """Ask for an article; the job goes on by itself, from `run_at` on.

        However often the request has to be sent, one job is made: `idempotency_key`, else one made here, sees to it.
        """
        body = given(topic=topic, run_at=run_at, **wish)
        call = Call("POST", path("articles"), body=body, headers=idempotency(idempotency_key))
        return await self._session.ask(Accepted, call)

    async def get(self, article_id: UUID | str) -> Article:
        """As data, with new addresses of its images."""
        return await self._session.ask(Article, self._shown(article_id, "json"))

    async def markdown(self, article_id: UUID | str) -> str:
        """Of one that was completed; else PressroomError `conflict`."""
        return (await self._session.send(self._shown(article_id, "markdown"))).text

    async def html(self, article_id: UUID | str) -> str:
        """A whole page, without scripts, whatever the model wrote. As `markdown`."""
        return (await self._session.send(self._shown(article_id, "html"))).text

    async def image(self, image: ArticleImage) -> bytes:
        """The picture itself. Its address expires: then PressroomError `forbidden`, and the article has a new one."""
        return (await self._session.send(Call("GET", image.url, keyless=True))).content

    def list(self, *, status: str | None = None, limit: int | None = None) -> AsyncIterator[ArticleItem]:
        """Newest first, without their texts; all, or `limit` of them."""
        return self._session.pages(ArticleItem, path("articles"), {"status": status}, limit)

    def events(
        self, article_id: UUID | str, *, last_event_id: str | None = None, timeout: float | None = None
    ) -> AsyncGenerator[Event, None]:
        """What happens to it, as `jobs.events` has it: `Progress` counts its parts, a `Part` is a heading or a text."""
        return self._jobs.events(article_id, last_event_id=last_event_id, timeout=timeout)

    async def wait(
        self,
        article_id: UUID | str,
        *,
        timeout: float = 1200.0,
        interval: float = 1.0,
        on_progress: Callable[[JobProgress], None] | None = None,
    ) -> Article:
        """Until it is over, asked for every `interval` seconds; its `status` says how it ended.

        `on_progress` is told whenever something has changed, with the counts and the parts so far. A gateway that goes
        away meanwhile is waited for. After `timeout` seconds: PressroomError `timed_out`.
        """
        deadline = self._session.clock() + timeout
        known: JobProgress | None = None
        while True:
            trouble: PressroomError | None = None
            try:
                found = await self._jobs.progress(article_id, known=known)
                article = await self.get(article_id) if found.over else None
            except PressroomError as error:
                if known is None or not error.passing:
                    raise
                trouble = error
            else:
                if on_progress is not None and found is not known:
                    on_progress(found)
                known = found
                if article is not None and article.over:  # else it was restarted, and progress has not heard of it
                    return article
            left = deadline - self._session.clock()
            if left <= 0:
                raise not_over_in_time(timeout, known, trouble)
            await self._session.sleep(min(interval, left))

    def _shown(self, article_id: UUID | str, form: str) -> Call:
        return Call("GET", path("articles", article_id), {"format": form})
