"""How the server behaves from now on: its pace, its limits, and the faults that it is asked for."""

from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from .changes import Change

Endpoint = Literal["token", "list", "workflow", "export", "versions", "tasks", "run", "metrics"]
Role = Literal["delay", "change", "answer", "shape", "wire"]
Kind = Literal[
    "bad_secret",
    "short_tokens",
    "unauthorized",
    "token_revoked",
    "rate_limited",
    "server_error",
    "refused",
    "html",
    "unsuccessful",
    "slow",
    "cut",
    "connection_reset",
    "truncated",
    "change",
    "empty_page",
    "looping_next_page",
    "endless_pages",
    "hostile_next_page",
    "tasks_missing",
    "tasks_null",
    "duplicate_tasks",
]
RetryAfter = Literal["seconds", "date", "absurd", "nonsense"]
Count = Annotated[int, Meta(ge=1)]
Milliseconds = Annotated[float, Meta(ge=0)]

TOKENS: frozenset[Endpoint] = frozenset({"token"})
LISTS: frozenset[Endpoint] = frozenset({"list"})
EXPORTS: frozenset[Endpoint] = frozenset({"export"})
ALL_BUT_TOKENS: frozenset[Endpoint] = frozenset({"list", "workflow", "export", "versions", "tasks", "run", "metrics"})
_PLACES: dict[Kind, frozenset[Endpoint]] = {
    "bad_secret": TOKENS,
    "short_tokens": TOKENS,
    "empty_page": LISTS,
    "looping_next_page": LISTS,
    "endless_pages": LISTS,
    "hostile_next_page": LISTS,
    "tasks_missing": EXPORTS,
    "tasks_null": EXPORTS,
    "duplicate_tasks": EXPORTS,
}
_ROLES: dict[Kind, Role] = {
    "slow": "delay",
    "change": "change",
    "token_revoked": "change",
    "short_tokens": "shape",
    "empty_page": "shape",
    "looping_next_page": "shape",
    "endless_pages": "shape",
    "hostile_next_page": "shape",
    "tasks_missing": "shape",
    "tasks_null": "shape",
    "duplicate_tasks": "shape",
    "cut": "wire",
    "connection_reset": "wire",
    "truncated": "wire",
}


class Scenario(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """A fault for the next `times` calls (null: for all) that it concerns, after `after` of them went well.

    It concerns calls of this account, endpoint, workflow and page, where these are named. `seconds` is of `slow` (how
    long), `short_tokens` (their life) and `rate_limited` (what Retry-After and ratelimit-reset say; `retry_after` null:
    ratelimit-reset alone). `status` is of `server_error`, `refused` and `html`, `host` of `hostile_next_page`.
    """

    kind: Kind
    times: Count | None = 1
    after: Annotated[int, Meta(ge=0)] = 0
    client_id: str | None = None
    endpoint: Endpoint | None = None
    workflow_id: int | None = None
    page: int | None = None
    status: Annotated[int, Meta(ge=400, le=599)] | None = None
    seconds: Annotated[float, Meta(ge=0)] = 1
    retry_after: RetryAfter | None = None
    host: str = "https://workflows.attacker.example"
    change: Change | None = None
    hits: int = 0
    """How many calls it has met; told by `GET /__fake__/scenario`."""

    def __post_init__(self) -> None:
        if (self.kind == "change") != (self.change is not None):
            raise ValueError("a `change` says what changes, and nothing else does")

    @property
    def role(self) -> Role:
        """In which moment of an answer it acts; most stand in the answer's place."""
        return _ROLES.get(self.kind, "answer")

    def concerns(self, asked: "Asked") -> bool:
        places = {self.endpoint} if self.endpoint else _PLACES.get(self.kind, ALL_BUT_TOKENS)
        return (
            asked.endpoint in places
            and self.client_id in {None, asked.client_id}
            and self.workflow_id in {None, asked.workflow_id}
            and self.page in {None, asked.page}
        )

    def meets(self) -> bool:
        """Whether it strikes this call, which it concerns; counts it."""
        if self.after > 0:
            self.after -= 1
            return False
        if self.times is not None and self.hits >= self.times:
            return False
        self.hits += 1
        return True


class Asked(msgspec.Struct, frozen=True):
    """What a call is about."""

    endpoint: Endpoint
    client_id: str
    workflow_id: int | None = None
    page: int | None = None


class Behaviour(msgspec.Struct, kw_only=True):
    """`concurrent`, `per_minute`: of calls, for each tenant; `tokens_per_minute`: for each address. `token_life` is in
    seconds."""

    latency_ms: Milliseconds = 0
    latency_jitter: Milliseconds = 0
    concurrent: Count = 40
    per_minute: Count = 50_000
    tokens_per_minute: Count = 100
    token_life: Count = 3599
    scenarios: list[Scenario] = []

    def changed(self, change: "BehaviourChange") -> "Behaviour":
        """This one with what the change names; the rest keeps its value."""
        named = {name: value for name in change.__struct_fields__ if (value := getattr(change, name)) is not UNSET}
        return msgspec.structs.replace(self, **named)

    def met(self, asked: Asked) -> dict[Role, Scenario]:
        """Of each role the first scenario that strikes this call; each has one call less from now on."""
        found: dict[Role, Scenario] = {}
        for scenario in self.scenarios:
            if scenario.role not in found and scenario.concerns(asked) and scenario.meets():
                found[scenario.role] = scenario
        return found


class BehaviourChange(msgspec.Struct, forbid_unknown_fields=True):
    """The body of `POST /__fake__/scenario`. A new list of scenarios replaces the old one."""

    latency_ms: Milliseconds | UnsetType = UNSET
    latency_jitter: Milliseconds | UnsetType = UNSET
    concurrent: Count | UnsetType = UNSET
    per_minute: Count | UnsetType = UNSET
    tokens_per_minute: Count | UnsetType = UNSET
    token_life: Count | UnsetType = UNSET
    scenarios: list[Scenario] | UnsetType = UNSET
