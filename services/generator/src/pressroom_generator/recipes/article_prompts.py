"""What the model is asked for, step by step."""

from collections.abc import Sequence

from pressroom_common.contracts import ArticleInput, JobError

from .article_schemas import Plan

Texts = Sequence[str | JobError]
"""Of the sections; of those that failed, why."""


def headings(wanted: ArticleInput) -> str:
    return _prompt(
        f"Plan an article: a title, and the headings of its {wanted.sections} sections, in an order that leads the "
        "reader from one to the next. Answer as JSON.",
        wanted,
    )


def section(wanted: ArticleInput, plan: Plan, number: int) -> str:
    """`number` from 1."""
    outline = "\n".join(f"{place}. {heading}" for place, heading in enumerate(plan.headings, 1))
    return _prompt(
        f"Write section {number} of an article, as Markdown, without its heading and without what the other sections "
        "say.",
        wanted,
        f"Article: {plan.title}\nOutline:\n{outline}\n\nThe section to write: {plan.headings[number - 1]}",
    )


def image(wanted: ArticleInput, plan: Plan, number: int) -> str:
    """`number` from 1."""
    return (
        f"A picture for an article, without any words in it.\nTopic: {wanted.topic}\nArticle: {plan.title}\n"
        f"It stands beside the section: {plan.headings[number - 1]}"
    )


def summary(wanted: ArticleInput, plan: Plan, texts: Texts) -> str:
    return _prompt("Sum this article up in one paragraph of plain text.", wanted, _whole(plan, texts))


def meta(wanted: ArticleInput, plan: Plan, summed_up: str) -> str:
    return _prompt(
        "Describe the page that shows this article, for search engines: title (up to 60 characters), description (up "
        "to 160), slug (small letters, digits and hyphens) and keywords. Answer as JSON.",
        wanted,
        f"Article: {plan.title}\n\n{summed_up}",
    )


def faq(wanted: ArticleInput, plan: Plan, texts: Texts) -> str:
    return _prompt(
        f"Write {wanted.faq} questions that readers of this article ask, with short answers in plain text. Answer as "
        "JSON.",
        wanted,
        _whole(plan, texts),
    )


def _prompt(task: str, wanted: ArticleInput, material: str = "") -> str:
    wishes = {
        "Topic": wanted.topic,
        "Language (BCP 47)": wanted.language,
        "Keywords": ", ".join(wanted.keywords),
        "Tone": wanted.tone,
        "Audience": wanted.audience,
        "Besides": wanted.instructions,
    }
    told = "\n".join(f"{name}: {wish}" for name, wish in wishes.items() if wish)
    return "\n\n".join(part for part in (task, told, material) if part)


def _whole(plan: Plan, texts: Texts) -> str:
    """What there is of it."""
    sections = zip(plan.headings, texts, strict=True)
    written = [f"## {heading}\n\n{text}" for heading, text in sections if not isinstance(text, JobError)]
    return "\n\n".join([f"# {plan.title}", *written])
