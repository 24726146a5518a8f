"""The worker kit: claims with leases, fences, steps, renewal, cancellation, drain; ack last.

A service brings handlers, one per kind of job; everything that `protocol.md` asks of a run is done here.
"""

from .app import WorkerApp
from .clearing import NOTHING, Keeping
from .errors import JobFailed, LostClaim, Snoozed
from .run import Call, Handler, Run, together

__all__ = ["NOTHING", "Call", "Handler", "JobFailed", "Keeping", "LostClaim", "Run", "Snoozed", "WorkerApp", "together"]
