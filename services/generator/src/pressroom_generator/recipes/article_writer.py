"""What an article's steps ask for, and make of the answers. Raises JobFailed or Snoozed."""

from typing import Any

from pressroom_common.contracts import ArticleImage, ArticleInput, ArticleMeta, ArticleQuestion
from pressroom_common.worker import Run

from . import article_prompts as prompts
from .article_prompts import Texts
from .article_schemas import META, Plan, faq_of, faq_schema, meta_of, plan_of, plan_schema
from .buying import Shop
from .drawing import Studio


class ArticleWriter:
    """Numbers count from 1."""

    def __init__(self, run: Run, wanted: ArticleInput, shop: Shop, studio: Studio) -> None:
        self._run = run
        self._wanted = wanted
        self._shop = shop
        self._studio = studio

    async def plan(self) -> Plan:
        sections = self._wanted.sections
        content = await self._buy("headings", prompts.headings(self._wanted), plan_schema(sections))
        return plan_of(content, sections)

    async def section(self, plan: Plan, number: int) -> str:
        return await self._buy(f"section.{number}", prompts.section(self._wanted, plan, number))

    async def image(self, plan: Plan, number: int) -> ArticleImage:
        prompt = prompts.image(self._wanted, plan, number)
        key, content_type = await self._studio.buy(self._run, f"image.{number}", prompt)
        return ArticleImage(key=key, content_type=content_type, alt=plan.headings[number - 1])

    async def summary(self, plan: Plan, texts: Texts) -> str:
        return await self._buy("summary", prompts.summary(self._wanted, plan, texts))

    async def meta(self, plan: Plan, summary: str) -> ArticleMeta:
        return meta_of(await self._buy("meta", prompts.meta(self._wanted, plan, summary), META))

    async def faq(self, plan: Plan, texts: Texts) -> tuple[ArticleQuestion, ...]:
        questions = self._wanted.faq
        content = await self._buy("faq", prompts.faq(self._wanted, plan, texts), faq_schema(questions))
        return faq_of(content, questions)

    async def _buy(self, step: str, prompt: str, schema: dict[str, Any] | None = None) -> str:
        completion = await self._shop.buy(self._run, step, prompt, self._wanted.model, schema)
        return completion.content
