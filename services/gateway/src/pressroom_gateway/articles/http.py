"""`/v1/articles`."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request, Response

from pressroom_common.contracts import GENERATE_ARTICLE
from pressroom_common.telemetry import span
from pressroom_gateway.accounts.principal import Principal
from pressroom_gateway.accounts.requires import requires
from pressroom_gateway.ledger.forms import IdempotencyKey
from pressroom_gateway.ledger.generations import Origin
from pressroom_gateway.ledger.reading import JobReader
from pressroom_gateway.ledger.records import ListQuery
from pressroom_gateway.pagination import Listing, listing
from pressroom_gateway.problems import conflict

from .answers import AcceptedArticle, Article, ArticleItem, accepted, article, article_item
from .formats import HTML, MARKDOWN, format_of
from .forms import ArticleQuery, Format, NewArticle
from .links import FileLinks
from .markdown import to_markdown
from .rendering import Pages
from .service import ArticleService

router = APIRouter(prefix="/v1/articles", tags=["articles"])

Author = Annotated[Principal, requires("generations:write")]
Reader = Annotated[Principal, requires("jobs:read")]
_PAGE_HEADERS = {
    "Vary": "Accept",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; img-src *",
    "Referrer-Policy": "no-referrer",
}


async def _service(request: Request) -> ArticleService:
    service: ArticleService = request.app.state.articles
    return service


async def _links(request: Request) -> FileLinks:
    links: FileLinks = request.app.state.file_links
    return links


async def _reader(request: Request) -> JobReader:
    reader: JobReader = request.app.state.reader
    return reader


async def _pages(request: Request) -> Pages:
    pages: Pages = request.app.state.article_pages
    return pages


Service = Annotated[ArticleService, Depends(_service)]
Links = Annotated[FileLinks, Depends(_links)]
Jobs = Annotated[JobReader, Depends(_reader)]


@router.post("", status_code=202, response_model=AcceptedArticle, summary="Write an article")
async def write_article(
    request: Request,
    response: Response,
    wish: NewArticle,
    principal: Author,
    service: Service,
    idempotency_key: Annotated[
        IdempotencyKey | None,
        Header(description="The same key and body within 24 h: the same answer, and no second job."),
    ] = None,
) -> AcceptedArticle:
    with span("articles.submit", request.headers.get("traceparent")) as traceparent:
        origin = Origin(principal, request.state.request_id, traceparent, idempotency_key)
        made = await service.submit(wish, origin)
    response.headers["Location"] = f"/v1/articles/{made.id}"
    return accepted(made.id, made.status)


@router.get("", summary="List articles, newest first")
async def list_articles(
    query: Annotated[ArticleQuery, Query()], principal: Reader, jobs: Jobs, service: Service
) -> Listing[ArticleItem]:
    found = await jobs.list(
        ListQuery(
            tenant_id=principal.tenant_id,
            before=query.before,
            limit=query.limit + 1,
            kind=GENERATE_ARTICLE,
            statuses=[query.status] if query.status else None,
        )
    )
    briefs = await service.briefs(principal.tenant_id, [job.id for job in found])
    return listing([article_item(job, briefs.get(job.id)) for job in found], query.limit, lambda item: item.id)


@router.get(
    "/{article_id}",
    response_model=Article,
    responses={200: {"content": {MARKDOWN: {}, HTML: {}}}},
    summary="Show an article, as JSON, Markdown or HTML",
)
async def show_article(
    article_id: UUID,
    principal: Reader,
    jobs: Jobs,
    service: Service,
    links: Links,
    pages: Annotated[Pages, Depends(_pages)],
    format: Annotated[  # noqa: A002 (the parameter's name in the API)
        Format | None, Query(description="Instead of the header `Accept`.")
    ] = None,
    accept: Annotated[str | None, Header()] = None,
) -> Response:
    job = await jobs.get(principal.tenant_id, article_id, "article", GENERATE_ARTICLE)
    briefs = {} if job.result else await service.briefs(principal.tenant_id, [article_id])
    found = article(job, links.url, briefs.get(article_id))
    wanted = format or format_of(accept)
    if wanted == "json":
        return Response(found.model_dump_json(), headers={"Vary": "Accept"}, media_type="application/json")
    if job.result is None:
        raise conflict(f"The article is {job.status}. Ask for JSON, or come again when it is completed.")
    if wanted == "html":
        return Response(await pages.html(found), headers=_PAGE_HEADERS, media_type=HTML)
    return Response(to_markdown(found), headers=_PAGE_HEADERS, media_type=MARKDOWN)
