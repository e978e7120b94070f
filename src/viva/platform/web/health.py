"""Is it alive, is it ready, what has it counted. Nothing here names a person or a machine."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from litestar import Response, get
from litestar.enums import MediaType
from litestar.handlers import HTTPRouteHandler

from viva.platform.errors import VivaError
from viva.platform.metrics import CONTENT_TYPE, Metrics

log = structlog.get_logger(__name__)

Check = Callable[[], Awaitable[None]]
"""Returns when the part works; raises `NotReady` or a `VivaError`, which say why, or anything else."""
CHECK_TIMEOUT_S = 3.0
RETRY_AFTER_S = 5


class NotReady(Exception):
    """A part does not work yet; the reason is shown to whoever asks, so it must hold no secret."""


def health_routes(checks: Mapping[str, Check], metrics: Metrics) -> list[HTTPRouteHandler]:
    """`/healthz`, `/readyz` and `/metrics`."""

    @get("/healthz", opt={"public": True}, sync_to_thread=False)
    def healthz() -> dict[str, str]:
        """The process answers."""
        return {"status": "alive"}

    @get("/readyz", opt={"public": True})
    async def readyz() -> Response[dict[str, Any]]:
        """All parts work; else 503 and which one does not."""
        results = await asyncio.gather(*(_run(name, check) for name, check in checks.items()))
        ready = all(result == "ok" for result in results)
        return Response(
            {
                "status": "ready" if ready else "unavailable",
                "checks": dict(zip(checks, results, strict=True)),
            },
            status_code=200 if ready else 503,
            headers={} if ready else {"Retry-After": str(RETRY_AFTER_S)},
        )

    @get("/metrics", opt={"public": True}, media_type=MediaType.TEXT, sync_to_thread=False)
    def prometheus() -> Response[bytes]:
        """Everything counted, as Prometheus text."""
        return Response(metrics.render(), media_type=CONTENT_TYPE)

    return [healthz, readyz, prometheus]


async def _run(name: str, check: Check) -> str:
    try:
        async with asyncio.timeout(CHECK_TIMEOUT_S):
            await check()
    except TimeoutError:
        return "no answer in time"
    except NotReady as error:
        return str(error)
    except VivaError as error:
        return error.code
    except Exception:
        log.exception("readiness_check_failed", check=name)
        return "failed"
    return "ok"
