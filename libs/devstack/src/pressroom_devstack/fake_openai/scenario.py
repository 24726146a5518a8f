"""How the provider behaves from now on: its pace, and the errors it is asked for."""

import random
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

Kind = Literal[
    "rate_limited",
    "insufficient_quota",
    "timeout",
    "broken_stream",
    "stream_error",
    "malformed_json",
    "connection_reset",
]

Count = Annotated[int, Meta(ge=1)]
Milliseconds = Annotated[float, Meta(ge=0)]
Tokens = Annotated[int, Meta(ge=1, le=1_000_000)]
PerSecond = Annotated[float, Meta(gt=0)]


class Failure(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """An error on demand, for the next `times` calls (null: for all) whose messages contain `match`.

    Either a `status` (the answer is an error in the provider's format) or a `kind`. It comes after `latency_ms` of its
    own, at once by default; `retry_after` (seconds) adds the header.
    """

    status: Annotated[int, Meta(ge=400, le=599)] | None = None
    kind: Kind | None = None
    times: Count | None = 1
    retry_after: Annotated[float, Meta(ge=0)] | None = None
    match: str = ""
    code: str | None = None
    message: str | None = None
    latency_ms: Milliseconds = 0

    def __post_init__(self) -> None:
        if self.status is None and self.kind is None:
            raise ValueError("a failure needs a `status` (400 to 599) or a `kind`")


class Scenario(msgspec.Struct):
    """`latency_ms` is the time to an answer in one piece, or to the first token of a stream; `tokens_per_second` is a
    stream's pace from there (null: all at once)."""

    latency_ms: Milliseconds = 400
    latency_jitter: Milliseconds = 0
    tokens: Tokens = 120
    tokens_per_second: PerSecond | None = 60
    fail: list[Failure] = []

    def changed(self, change: "ScenarioChange") -> "Scenario":
        """This scenario with what the change names; the rest keeps its value."""
        named = {name: value for name in change.__struct_fields__ if (value := getattr(change, name)) is not UNSET}
        return msgspec.structs.replace(self, **named)

    def next_failure(self, conversation: str) -> Failure | None:
        """The first failure that this call meets; it has one time less from now on."""
        for failure in self.fail:
            if failure.match in conversation:
                self._use(failure)
                return failure
        return None

    def latency(self, dice: random.Random) -> float:
        """Seconds, with the jitter (± `latency_jitter` milliseconds) thrown."""
        jitter = dice.uniform(-self.latency_jitter, self.latency_jitter) if self.latency_jitter else 0.0
        return max(0.0, self.latency_ms + jitter) / 1000

    def _use(self, failure: Failure) -> None:
        if failure.times is None:
            return
        failure.times -= 1
        if failure.times == 0:
            self.fail.remove(failure)


class ScenarioChange(msgspec.Struct, forbid_unknown_fields=True):
    """The body of `POST /__fake__/scenario`."""

    latency_ms: Milliseconds | UnsetType = UNSET
    latency_jitter: Milliseconds | UnsetType = UNSET
    tokens: Tokens | UnsetType = UNSET
    tokens_per_second: PerSecond | UnsetType | None = UNSET
    fail: list[Failure] | UnsetType = UNSET
