"""`pressroom article`."""

from typing import Annotated, Any
from uuid import UUID

import typer
from typer.core import TyperGroup

from pressroom_client.article_models import Article
from pressroom_client.blocking import Pressroom
from pressroom_client.wishes import ArticleWish, Partial

from . import options, screen
from .article_keeping import Format, ImagesTo, Keeping, Output, keep, keeping, tell_what_is_missing
from .live import follow, leaving
from .session import client

_MAKE = "write"
_SHOW = "pressroom article show --wait"


class _TopicFirst(TyperGroup):
    """`pressroom article TOPIC` is `pressroom article write TOPIC`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in {*self.commands, "--help"}:
            args = [_MAKE, *args]
        parsed: list[str] = super().parse_args(ctx, args)
        return parsed


application = typer.Typer(
    cls=_TopicFirst,
    help='Articles: pressroom article "green tea" writes one.',
    no_args_is_help=True,
    rich_markup_mode=None,
)
ArticleId = Annotated[UUID, typer.Argument(help="The id of an article, or of its job: it is the same.")]
Timeout = Annotated[float | None, typer.Option(min=0, help="Seconds to wait; else however long it takes.")]


@application.command(_MAKE)
def write(
    context: typer.Context,
    topic: Annotated[str, typer.Argument(help="What it is about, in a line.")],
    *,
    language: Annotated[str | None, typer.Option(help="BCP 47, ar say; else en.")] = None,
    sections: Annotated[int | None, typer.Option(min=1, help="How many; else 5.")] = None,
    images: Annotated[int | None, typer.Option(min=0, help="For the first so many sections; else none.")] = None,
    faq: Annotated[int | None, typer.Option(min=0, help="How many questions with answers; else 5.")] = None,
    tone: Annotated[str | None, typer.Option(help="friendly, say.")] = None,
    audience: Annotated[str | None, typer.Option(help="For whom it is.")] = None,
    keyword: Annotated[list[str] | None, typer.Option(help="May be repeated.")] = None,
    model: Annotated[str | None, typer.Option(help="Of the texts, instead of the default.")] = None,
    instructions: Annotated[str | None, typer.Option(help="They go into every prompt.")] = None,
    partial: Annotated[Partial | None, typer.Option(help="allow: leave out what fails; else it fails all.")] = None,
    priority: options.Lane = None,
    run_at: options.RunAt = None,
    wait: Annotated[bool, typer.Option(help="Wait for the article, or print its id at once.")] = True,
    timeout: Timeout = None,
    form: Format = None,
    output: Output = None,
    images_to: ImagesTo = None,
    as_json: screen.Json = False,
) -> None:
    """Write an article, and print it; `write` can be left out. Ctrl-C leaves the job alone."""
    if not wait and (form or output or images_to):
        raise typer.BadParameter("leaves nothing to keep: pressroom article show does", param_hint="--no-wait")
    wish = keeping(form, output, images_to, as_json=as_json)
    parts = ArticleWish(sections=sections, images=images, faq=faq, partial=partial, model=model, priority=priority)
    words = ArticleWish(
        language=language, keywords=keyword, tone=tone, audience=audience, additional_instructions=instructions
    )
    pressroom = client(context)
    with leaving():
        made = pressroom.articles.create(topic, run_at=run_at, **parts | words)
    if wait:
        _wait(pressroom, made.id, timeout, wish)
    else:
        screen.json(made) if as_json else screen.say(str(made.id))


@application.command()
def show(
    context: typer.Context,
    article_id: ArticleId,
    *,
    wait: Annotated[bool, typer.Option("--wait", help="Follow it to its end before.")] = False,
    timeout: Timeout = None,
    form: Format = None,
    output: Output = None,
    images_to: ImagesTo = None,
    as_json: screen.Json = False,
) -> None:
    """Show an article; of one that is not completed, how far it is."""
    wish = keeping(form, output, images_to, as_json=as_json)
    pressroom = client(context)
    if wait:
        _follow(pressroom, article_id, timeout)
    article = pressroom.articles.get(article_id)
    if article.title is None and not (form or output or images_to or as_json):
        _tell(pressroom, article)
    else:
        _keep(pressroom, article, wish)


@application.command("list")
def list_articles(
    context: typer.Context,
    *,
    status: Annotated[str | None, typer.Option(help="Of this status.")] = None,
    limit: options.Limit = 20,
    as_json: screen.Json = False,
) -> None:
    """List articles, newest first."""
    found = list(client(context).articles.list(status=status, limit=limit))
    if as_json:
        screen.json(found)
        return
    rows = (
        (each.id, each.status, each.language, each.topic, each.title, each.created_at, each.error and each.error.code)
        for each in found
    )
    screen.table(
        ("id", "status", "language", "topic", "title", "created", "error"), rows, spare=("language", "created", "topic")
    )


def _wait(pressroom: Pressroom, article_id: UUID, timeout: float | None, wish: Keeping) -> None:
    """For one that was just asked for. Raises PressroomError, Exit after Ctrl-C."""
    screen.note(f"Article {article_id}")
    _follow(pressroom, article_id, timeout)
    _keep(pressroom, pressroom.articles.get(article_id), wish)


def _follow(pressroom: Pressroom, article_id: UUID, timeout: float | None) -> None:
    """Raises PressroomError for one that was not completed, Exit after Ctrl-C."""
    follow(pressroom.articles.events(article_id, timeout=timeout), "nothing", article_id, how=_SHOW)


def _keep(pressroom: Pressroom, article: Article, wish: Keeping) -> None:
    if article.title is not None and article.status != "completed":
        screen.note(f"The article is {article.status}; this is what was completed before.")
    keep(pressroom, article, wish)
    tell_what_is_missing(article)


def _tell(pressroom: Pressroom, article: Article) -> None:
    """Of one that was never completed."""
    progress = pressroom.jobs.progress(article.id)
    screen.pairs(
        [
            ("id", article.id),
            ("status", article.status),
            ("topic", article.topic),
            ("language", article.language),
            ("at", progress.message),
            ("done", None if progress.progress is None else f"{progress.progress:.0f} %"),
            *((f"  {sort}", f"{done} of {total}") for sort, (done, total) in progress.counts.items()),
            *((f"  {part.name}", f"{part.title} ({part.state})") for part in progress.parts),
            ("created", f"{article.created_at:%Y-%m-%d %H:%M:%S%z} by {article.created_by}"),
            ("error", f"{article.error.code}: {article.error.detail}" if article.error else None),
        ]
    )
