"""`generation.article`: headings, then sections and images side by side, then what sums them up.

Each step's result is stored: an article that is taken over or tried again goes on at the first that is not there.
"""

from collections.abc import Sequence
from functools import partial
from itertools import zip_longest

import msgspec
from msgspec import Raw

from pressroom_common.contracts import (
    NOTHING,
    ArticleImage,
    ArticleInput,
    ArticleMeta,
    ArticleQuestion,
    ArticleResult,
    ArticleSection,
    JobError,
    encode,
)
from pressroom_common.worker import JobFailed, Run

from .article_schemas import Plan, faq_page
from .article_steps import ArticleSteps, Habits
from .article_writer import ArticleWriter
from .buying import Shop
from .drawing import Studio
from .languages import direction_of

_input = msgspec.json.Decoder(ArticleInput)
_Questions = tuple[ArticleQuestion, ...]


async def article(run: Run, shop: Shop, studio: Studio, habits: Habits) -> Raw:
    wanted = _input.decode(run.input)
    steps = ArticleSteps(run, wanted, habits)
    writer = ArticleWriter(run, wanted, shop, studio)

    plan = await steps.step("headings", writer.plan, Plan)
    steps.announce(plan.headings)
    texts = await steps.parts("section", wanted.sections, partial(writer.section, plan), str)
    _refuse_nothing(texts)
    images = await steps.parts("image", wanted.images, partial(writer.image, plan), ArticleImage)
    summary = await steps.step("summary", partial(writer.summary, plan, texts), str)
    meta = await steps.step("meta", partial(writer.meta, plan, summary), ArticleMeta)
    faq = await steps.step("faq", partial(writer.faq, plan, texts), _Questions) if wanted.faq else ()

    result = ArticleResult(
        topic=wanted.topic,
        title=plan.title,
        language=wanted.language,
        direction=direction_of(wanted.language),
        sections=tuple(_section(*each) for each in zip_longest(plan.headings, texts, images)),
        summary=summary,
        meta=meta,
        faq=faq,
        json_ld=faq_page(faq, wanted.language) if faq else NOTHING,
    )
    return Raw(encode(result))


def _refuse_nothing(texts: Sequence[str | JobError]) -> None:
    """An article may lack sections, but not all of them. Its failed sections are stored: trying again needs a word."""
    errors = [text for text in texts if isinstance(text, JobError)]
    if len(errors) == len(texts):
        detail = f"Every section failed. The first: {errors[0].detail} Restart the job from the step `section`."
        raise JobFailed(errors[0].code, detail, "permanent")


def _section(heading: str, text: str | JobError, image: ArticleImage | JobError | None) -> ArticleSection:
    errors = [each for each in (text, image) if isinstance(each, JobError)]
    return ArticleSection(
        heading=heading,
        text="" if isinstance(text, JobError) else text,
        image=None if isinstance(image, JobError) else image,
        error=errors[0] if errors else None,
    )
