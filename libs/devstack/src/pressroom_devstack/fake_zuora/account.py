"""Accounts: an OAuth client of one tenant, and the workflows that it sees."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from .workflow import Workflow

Right = Literal["view", "manage"]
Count = Annotated[int, Meta(ge=0, le=100_000)]


class WorkflowSpec(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A workflow that a seed names itself; where it has no tasks of its own, they are generated."""

    id: int
    name: str
    description: str = ""
    active: bool = True
    tasks: list[dict[str, Any]] | None = None
    linkages: list[dict[str, Any]] = []


class AccountSpec(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """An account of a seed.

    `workflows` are generated, with about `tasks` tasks each and ids from `first_id`; accounts of one `theme` have the
    same ones, whatever their ids. `canary` is in each secret of theirs. `tenant` shares the limits (default: nobody);
    `entity_id` is then asked of each call.
    """

    client_id: str
    client_secret: str = "fake"
    tenant: str | None = None
    entity_id: str | None = None
    rights: tuple[Right, ...] = ("view", "manage")
    theme: str | None = None
    canary: str = "s3cr3t"
    workflows: Count = 0
    tasks: Annotated[int, Meta(ge=1, le=1000)] = 8
    first_id: int = 1
    explicit: list[WorkflowSpec] = []


class Account:
    """An account with its workflows, in the order of the list."""

    def __init__(self, spec: AccountSpec, workflows: Iterable[Workflow]) -> None:
        self.spec = spec
        self.workflows = {workflow.id: workflow for workflow in workflows}
        self.order = list(self.workflows)
        self.deleted: dict[int, Workflow] = {}

    @property
    def tenant(self) -> str:
        return self.spec.tenant or self.spec.client_id

    def listed(self) -> list[Workflow]:
        return [self.workflows[id_] for id_ in self.order]

    def put(self, workflow: Workflow, position: int | None = None) -> None:
        """A new workflow, or one that comes back; at the list's end where no position is told."""
        self.deleted.pop(workflow.id, None)
        self.workflows[workflow.id] = workflow
        if workflow.id in self.order:
            self.order.remove(workflow.id)
        self.order.insert(len(self.order) if position is None else position, workflow.id)

    def move(self, id_: int, position: int) -> None:
        self.order.remove(id_)
        self.order.insert(position, id_)

    def delete(self, id_: int) -> None:
        self.deleted[id_] = self.workflows.pop(id_)
        self.order.remove(id_)
