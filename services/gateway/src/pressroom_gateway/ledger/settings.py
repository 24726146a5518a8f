"""The ledger's numbers, from the environment."""

from pydantic import BaseModel, Field

from .capacity import Limits
from .policy import Policy


class LedgerSettings(BaseModel):
    max_attempts: int = Field(4, ge=1, le=20, description="Tries of a job: the first and the retries.")
    retry_backoff: tuple[float, ...] = Field(
        (60.0, 300.0, 1800.0), min_length=1, description="Seconds before the second, third, … try, ± 10 %. JSON list."
    )
    retry_window_seconds: float = Field(
        86_400.0, gt=0, description="Nothing is tried so long after the first dispatch."
    )
    publish_wait_seconds: float = Field(10.0, gt=0, description="An unconfirmed publication is made again after this.")
    unclaimed_wait_seconds: float = Field(
        60.0,
        gt=0,
        description="A command that no worker claimed is sent again after this, or after twice the time that its queue "
        "makes wait lately, where that is longer; then twice as long each time.",
    )
    silence_seconds: float = Field(
        35.0,
        gt=0,
        description="A running job that no heartbeat named for so long is asked after: three heartbeats and a little.",
    )
    directive_wait_seconds: float = Field(
        5.0, gt=0, description="A cancel that nobody answered is told again after this."
    )
    dispatch_seconds: float = Field(
        1.0, gt=0, description="How often the dispatcher looks for what is due, woken or not."
    )
    dispatch_pace_seconds: float = Field(
        0.05, ge=0, description="Woken again and again, it lets so much time pass between looks, for larger batches."
    )
    dispatch_batch: int = Field(200, ge=1, le=1000, description="Jobs that the dispatcher releases in one transaction.")
    window_min: int = Field(200, ge=1, description="Jobs of a lane that may be out (published or running), at least.")
    window_per_slot: float = Field(
        4.0, gt=0, description="Jobs of a lane that may be out, for each slot of its living workers."
    )
    tenant_share: float = Field(0.5, gt=0, le=1, description="Of a lane's window that one tenant may use.")
    tenant_jobs: int = Field(1_000, ge=1, description="Jobs of one tenant that may be out, over all lanes.")
    ledger_prefetch: int = Field(200, ge=1, description="Messages of events that a gateway takes ahead.")

    def limits(self) -> Limits:
        return Limits(
            smallest_window=self.window_min,
            window_per_slot=self.window_per_slot,
            tenant_share=self.tenant_share,
            tenant_jobs=self.tenant_jobs,
        )

    def policy(self) -> Policy:
        return Policy(
            max_attempts=self.max_attempts,
            backoff=self.retry_backoff,
            retry_window=self.retry_window_seconds,
            publish_wait=self.publish_wait_seconds,
            unclaimed_wait=self.unclaimed_wait_seconds,
            silence=self.silence_seconds,
            directive_wait=self.directive_wait_seconds,
        )
