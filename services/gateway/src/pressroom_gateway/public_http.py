"""The public application: routers of all domains, error answers, middleware, health."""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Response
from starlette.middleware import Middleware
from starlette.types import Lifespan

from pressroom_common.internal_http import Check, failures

from .accounts import admin_http as accounts_admin
from .accounts import http as accounts
from .articles import files_http as files
from .articles import http as articles
from .batches import bulk_http as bulk
from .batches import http as batches
from .content.pages import http as pages
from .content.prompts import http as prompts
from .features import admin_http as flags
from .features import http as features
from .http_metrics import HttpMetrics
from .ledger import admin_http as ledger_admin
from .ledger import generations_http as generations
from .ledger import jobs_http as jobs
from .live import http as live
from .middleware import BodyLimit, RequestContext
from .operations import audit_http as audit
from .operations import http as operations
from .operations import workers_http as workers
from .parking import http as parking
from .problem_answers import HANDLERS, RESPONSES, schemas
from .schedules import http as schedules
from .settings import Settings
from .zuora import customers_http as customers
from .zuora import syncs_http as syncs
from .zuora import workflows_http as workflows

_ROUTERS = (
    bulk.router,
    generations.router,
    articles.router,
    files.router,
    jobs.router,
    live.router,
    batches.router,
    prompts.router,
    pages.router,
    customers.router,
    syncs.router,
    workflows.router,
    schedules.router,
    accounts.router,
    accounts_admin.router,
    features.router,
    flags.router,
    operations.router,
    workers.router,
    parking.router,
    ledger_admin.router,
    audit.router,
)
_DESCRIPTION = """
Generates content with language models, and keeps Zuora's workflows in sync. Everything that takes time is a *job*: a
request answers with its id at once.

Send an API key with every request: `Authorization: Bearer pr_…`. Errors are RFC 9457 problems with a stable `code`.
Lists are paged: pass `next_cursor` as `cursor`. Times are RFC 3339 in UTC. Unknown fields are refused.
"""


class _PublicApp(FastAPI):
    def openapi(self) -> dict[str, Any]:
        document = super().openapi()
        document["components"]["schemas"].update(schemas())
        return document


def public_app(
    settings: Settings, metrics: HttpMetrics, checks: Mapping[str, Check], lifespan: Lifespan[FastAPI]
) -> FastAPI:
    app = _PublicApp(
        title="Pressroom",
        version="1",
        description=_DESCRIPTION,
        lifespan=lifespan,
        exception_handlers=HANDLERS,
        responses=RESPONSES,
        redoc_url=None,
        redirect_slashes=False,
        telemetry={"tracing": False, "metrics": False, "logs": False},  # spans are our own
        middleware=[
            Middleware(RequestContext, metrics=metrics),
            Middleware(BodyLimit, limit=settings.max_body_bytes, others={bulk.PATH: settings.bulk_body_bytes}),
        ],
    )
    for router in _ROUTERS:
        app.include_router(router)
    _add_health(app, checks)
    return app


def _add_health(app: FastAPI, checks: Mapping[str, Check]) -> None:
    """For load balancers that reach the public port only."""

    @app.get("/healthz", include_in_schema=False)
    async def healthz() -> dict[str, str]:
        return {"status": "alive"}

    @app.get("/readyz", include_in_schema=False)
    async def readyz(response: Response) -> dict[str, str | list[str]]:
        failed = await failures(checks)
        if failed:
            response.status_code = 503
            return {"status": "not ready", "failed": sorted(failed)}  # the reasons are on the internal port
        return {"status": "ready"}
