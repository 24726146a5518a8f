"""What clients send about Zuora, besides customers and environments."""

from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from pressroom_gateway.fields import Form, Line, Text

OpaqueCursor = Annotated[Text, StringConstraints(min_length=1, max_length=1000)]
Words = Annotated[Line, StringConstraints(max_length=200)]
Number = Annotated[int, Field(ge=1, le=2**31 - 1)]
Deleted = Literal["exclude", "include", "only"]


class NoQuery(Form):
    """Of what is named by its path alone."""


class ZuoraPage(Form):
    """Parameters of every list; a list adds its filters. Cursors are zuora-sync's own."""

    limit: int = Field(50, ge=1, le=200, description="Items of a page.")
    cursor: OpaqueCursor | None = Field(None, description="`next_cursor` of the page before.")


class CustomerQuery(ZuoraPage):
    name: Words | None = Field(None, description="Exactly, in small or capital letters.", examples=["Acme Media"])


class EnvironmentQuery(Form):
    customer_id: UUID | None = None
    customer: Words | None = Field(None, description="The customer's name, in small or capital letters.")


class SyncQuery(ZuoraPage):
    environment_id: UUID | None = None


class WorkflowQuery(ZuoraPage):
    environment_id: UUID | None = None
    customer_id: UUID | None = None
    status: Words | None = Field(None, description="As Zuora has it.", examples=["Active"])
    text: Words | None = Field(None, description="Words of the name, the description or Zuora's id.")
    deleted: Deleted = Field("exclude", description="Those that Zuora has no more.")


class DiffQuery(Form):
    """Two versions of a workflow, by their numbers; the newest, and the one before it, unless told otherwise."""

    from_: Number | None = Field(None, alias="from", description="The older one.")
    to: Number | None = Field(None, description="The newer one.")


class VersionQuery(Form):
    version: Number | None = Field(None, description="Its number; else the newest.")


class ExportQuery(VersionQuery):
    secrets: bool = Field(default=False, description="With all secrets, as Zuora gave it: needs `zuora:manage`.")


class TaskQuery(ZuoraPage):
    environment_id: UUID | None = None
    workflow_id: UUID | None = None
    action_type: Words | None = Field(None, examples=["Callout"])
    object: Words | None = Field(None, description="What it works on.", examples=["Account"])
    host: Words | None = Field(None, description="Of the endpoint that it calls.", examples=["api.example.com"])
    text: Words | None = Field(None, description="Words of the name, the type, the object or the host.")


class DriftQuery(ZuoraPage):
    left: UUID = Field(description="An environment.")
    right: UUID = Field(description="Another one.")


class LintQuery(ZuoraPage):
    environment_id: UUID | None = None
    workflow_id: UUID | None = None


class ExportsQuery(Form):
    """For backups."""

    environment_id: UUID | None = None
    secrets: bool = Field(default=False, description="With all secrets, as Zuora gave them: needs `zuora:manage`.")
    limit: int = Field(20, ge=1, le=50, description="Items of a page; it may have fewer where they are large.")
    cursor: OpaqueCursor | None = Field(None, description="`next_cursor` of the page before.")


class Target(Form):
    """One environment, all of a customer, or all of the tenant."""

    environment_id: UUID | None = None
    customer_id: UUID | None = None
    all: bool = False

    @model_validator(mode="after")
    def one_target(self) -> Self:
        if (self.environment_id is not None) + (self.customer_id is not None) + self.all != 1:
            raise PydanticCustomError("target", "give one of environment_id, customer_id and all")
        return self


class NewSync(Target):
    """One environment, all of a customer, or all of the tenant."""

    full: bool = Field(default=False, description="Export every workflow, also where the list says nothing changed.")
    dry_run: bool = Field(default=False, description="Tell what would change, and change nothing.")
    override_guard: bool = Field(
        default=False,
        description="Delete even where more would go than the guard allows: look first, by `dry_run`. Needs "
        "`zuora:manage`.",
    )


class NewExtraction(Target):
    """One environment, all of a customer, or all of the tenant."""

    workflow_id: UUID | None = Field(None, description="Of the environment; else all of it.")

    @model_validator(mode="after")
    def workflow_of_one_environment(self) -> Self:
        if self.workflow_id is not None and self.environment_id is None:
            raise PydanticCustomError("target", "give workflow_id with its environment_id alone")
        return self


def parameters(query: Form) -> dict[str, str]:
    """As the address of a request has them."""
    return {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in query.model_dump(mode="json", by_alias=True, exclude_none=True).items()
    }
