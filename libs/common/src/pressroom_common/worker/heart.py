"""A process tells that it lives, and what it holds."""

import os
import socket
from datetime import UTC, datetime
from importlib.metadata import version

from pressroom_common.contracts import Heartbeat, WorkerHeartbeat
from pressroom_common.ids import uuid7
from pressroom_common.settings import WorkerSettings
from pressroom_common.telemetry import log_level

from .memory import resident_bytes
from .ports import Events
from .service import Worker


class Heart:
    def __init__(self, service: str, settings: WorkerSettings, worker: Worker, events: Events) -> None:
        self._service = service
        self._settings = settings
        self._worker = worker
        self._events = events
        self._started_at = datetime.now(UTC)

    async def beat(self) -> None:
        await self._tell(stopped=False)

    async def stop(self) -> None:
        await self._tell(stopped=True)

    async def _tell(self, *, stopped: bool) -> None:
        await self._events.beat(
            WorkerHeartbeat(
                id=uuid7(),
                source=self._settings.name,
                time=datetime.now(UTC),
                worker=self._settings.name,
                holds=self._worker.holds(),
                stopped=stopped,
                heartbeat=Heartbeat(
                    service=self._service,
                    version=version("pressroom-common"),
                    started_at=self._started_at,
                    pid=os.getpid(),
                    host=socket.gethostname(),
                    slots=self._settings.slots(),
                    draining=self._worker.draining,
                    rss_bytes=resident_bytes(),
                    done=self._worker.done,
                    log_level=log_level(),
                ),
            )
        )
