"""What a word of control asks of this process."""

from collections.abc import Callable

import structlog

from pressroom_common.contracts import Control, DrainWorker, FollowJobs, ReleaseRun, RestartWorker, SetLogLevel
from pressroom_common.telemetry import obey_log_level

from .restart import Restart
from .service import Worker

logger = structlog.get_logger()


class Controls:
    """Obeys words to the process called `name`, and passes over those to others."""

    def __init__(self, name: str, worker: Worker, drain: Callable[[], object], restart: Restart) -> None:
        """`drain` begins it and returns at once; where it has begun already, it changes nothing."""
        self._name = name
        self._worker = worker
        self._drain = drain
        self._restart = restart

    def obey(self, message: Control) -> None:
        match message:
            case ReleaseRun():
                self._worker.release(message)
            case FollowJobs():
                self._worker.following.follow(message)
            case DrainWorker() if message.worker == self._name:
                logger.info("asked to drain, and to stay", by=message.source)
                self._drain()
            case RestartWorker() if message.worker == self._name:
                logger.info("asked to drain, and to end", by=message.source)
                self._restart.ask("operator")
            case SetLogLevel():
                obey_log_level(message, self._name)
