"""The internal port of every service: `/healthz`, `/readyz`, `/metrics`, and reads for other services."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager

from fastapi import FastAPI, Response

from .internal_answers import HANDLERS
from .telemetry import Metrics

Check = Callable[[], Awaitable[None]]
"""Raises with the reason while the process cannot do its work."""


async def failures(checks: Mapping[str, Check]) -> dict[str, str]:
    """What keeps the process from working, by the check's name."""
    failed = {}
    for name, check in checks.items():
        try:
            await check()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is the answer
            failed[name] = str(error) or type(error).__name__
    return failed


Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def internal_app(metrics: Metrics, checks: Mapping[str, Check], lifespan: Lifespan | None = None) -> FastAPI:
    """Loopback or cluster-only; never behind the public address. Errors leave as `internal_problems` says."""
    app = FastAPI(openapi_url=None, lifespan=lifespan, exception_handlers=HANDLERS)

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "alive"}

    @app.get("/readyz")
    async def readyz(response: Response) -> dict[str, str | dict[str, str]]:
        failed = await failures(checks)
        if failed:
            response.status_code = 503
            return {"status": "not ready", "failed": failed}
        return {"status": "ready"}

    @app.get("/metrics")
    async def expose() -> Response:
        return Response(metrics.expose(), media_type="text/plain; version=0.0.4; charset=utf-8")

    return app
