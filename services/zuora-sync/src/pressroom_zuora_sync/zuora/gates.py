"""All environments of a process: they share connections and tokens, and, by account, the pace."""

from contextlib import AbstractAsyncContextManager

from .calls import Caller, Shared
from .gate import ZuoraGate
from .hosts import normal_origin
from .pace import begun
from .pacing import Pacing
from .ports import Meter, NoMeter
from .records import Credentials, Limits
from .tokens import Tokens
from .wire import Wire


class ZuoraGates:
    """Implements `Zuoras`. One per process."""

    def __init__(self, limits: Limits, meter: Meter | None = None) -> None:
        self._limits = limits
        self._meter = meter or NoMeter()
        self._wire = Wire(limits)
        self._tokens = Tokens()
        self._pacings: dict[tuple[str, str], Pacing] = {}

    def running(self) -> AbstractAsyncContextManager[None]:
        return self._wire.running()

    def of(self, credentials: Credentials, track_id: str = "") -> ZuoraGate:
        shared = Shared(limits=self._limits, wire=self._wire, tokens=self._tokens, meter=self._meter)
        return ZuoraGate(Caller(credentials, shared, self._pacing(credentials), track_id), self._limits)

    def _pacing(self, credentials: Credentials) -> Pacing:
        account = (normal_origin(credentials.base_url), credentials.client_id)
        if account not in self._pacings:
            pace = begun(self._limits.concurrency, self._limits.most)
            self._pacings[account] = Pacing(pace, self._meter)
        return self._pacings[account]
