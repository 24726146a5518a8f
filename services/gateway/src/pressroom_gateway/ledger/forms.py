"""What clients send to the ledger."""

from typing import Annotated, Any, Self, get_args
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from pressroom_common.contracts import ExecutionMode, JobStatus, Lane
from pressroom_gateway.content.contracts import (
    AdditionalInstructions,
    Label,
    Model,
    PromptText,
    Variables,
    VersionNumber,
)
from pressroom_gateway.fields import Form, Metadata
from pressroom_gateway.pagination import PageQuery

from .schemas import check_schema


class NewGeneration(Form):
    """One text. Fields that are not listed do not work yet, and are refused."""

    prompt: PromptText | None = Field(
        None,
        description="The text itself; or name a stored one by `prompt_id`.",
        examples=["Write a product text for a steel water bottle"],
    )
    prompt_id: UUID | None = Field(None, description="A prompt of the tenant, or a system-wide one.")
    prompt_version: VersionNumber | None = Field(None, description="Instead of a label.")
    prompt_label: Label | None = Field(None, description="`production` unless told otherwise.")
    variables: Variables | None = Field(
        None,
        description="Values of `{{name}}`. Without them a `prompt` is taken as it is, with its braces.",
        examples=[{"topic": "tea"}],
    )
    page_id: UUID | None = Field(None, description="Its address, keyword and language are appended to the text.")
    additional_instructions: AdditionalInstructions | None = Field(None, description="Appended to the text.")
    execution_mode: ExecutionMode = Field(
        "async",
        description="`async`: 202 at once; the job goes on by itself. `sync`: the answer is the finished generation, "
        "or after a time 202 with `handed_over`: the same job goes on.",
    )
    model: Model | None = Field(None, description="Else the prompt version's, else the generator's default.")
    priority: Lane = Field("default", description="The lane; in sync mode `high` unless it is given.")
    run_at: AwareDatetime | None = Field(None, description="Not before this time.")
    metadata: Metadata | None = Field(None, description="Your own notes: kept and given back, never interpreted.")
    response_schema: Annotated[dict[str, Any], AfterValidator(check_schema)] | None = Field(
        None, description="JSON Schema (2020-12): the content is JSON that satisfies it."
    )

    @model_validator(mode="after")
    def one_source(self) -> Self:
        if (self.prompt is None) == (self.prompt_id is None):
            raise PydanticCustomError("source", "give either prompt or prompt_id")
        if self.prompt_id is None and (self.prompt_version is not None or self.prompt_label is not None):
            raise PydanticCustomError("source", "prompt_version and prompt_label go with prompt_id")
        return self

    @model_validator(mode="after")
    def now_is_now(self) -> Self:
        if self.execution_mode == "sync" and self.run_at is not None:
            raise PydanticCustomError("sync", "run_at goes with execution_mode async")
        return self

    @property
    def lane(self) -> Lane:
        given = "priority" in self.model_fields_set
        return "high" if self.execution_mode == "sync" and not given else self.priority


IdempotencyKey = Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=r"^[\x21-\x7e]+$")]
"""Printable ASCII without spaces."""


class Retry(Form):
    """Edits make a new job, which names the one that it repeats."""

    prompt: PromptText | None = None
    model: Model | None = None
    priority: Lane | None = None


class Restart(Form):
    from_step: Annotated[str, StringConstraints(pattern=r"^[a-z]+(\.[0-9]{1,4})?$")] | None = Field(
        None, description="The step; what builds on it follows. Null: all steps.", examples=["summary", "section.3"]
    )


class JobChange(Form):
    priority: Lane | None = Field(None, description="The lane.")
    run_at: AwareDatetime | None = Field(None, description="Not before this time; null: as soon as there is a place.")

    @model_validator(mode="after")
    def something(self) -> Self:
        if self.priority is None and "run_at" not in self.model_fields_set:
            raise PydanticCustomError("change", "give priority, run_at, or both")
        return self


class GenerationQuery(PageQuery):
    status: JobStatus | None = None
    execution_mode: ExecutionMode | None = None


def _statuses(text: str) -> str:
    unknown = set(text.split(",")) - set(get_args(JobStatus))
    if unknown:
        raise PydanticCustomError("status", "no such status; take some of: " + ", ".join(get_args(JobStatus)))
    return text


def _ids(text: str) -> str:
    parts = text.split(",")
    if len(parts) > _MOST_IDS:
        raise PydanticCustomError("ids", f"at most {_MOST_IDS} ids at a time")
    try:
        [UUID(part) for part in parts]
    except ValueError as error:
        raise PydanticCustomError("ids", "must be ids of jobs, separated by commas") from error
    return text


_MOST_IDS = 1000


class JobConditions(PageQuery):
    """All that is given must hold."""

    status: Annotated[str, AfterValidator(_statuses)] | None = Field(
        None, description="One or several, separated by commas.", examples=["pending,processing"]
    )
    kind: Annotated[str, StringConstraints(pattern=r"^[a-z.-]{1,60}$")] | None = Field(
        None, examples=["generation.prompt"]
    )
    lane: Lane | None = None
    execution_mode: ExecutionMode | None = None
    created_from: AwareDatetime | None = None
    created_to: AwareDatetime | None = None


Ids = Annotated[str, StringConstraints(max_length=40_000), AfterValidator(_ids)]


class JobQuery(JobConditions):
    batch: UUID | None = Field(None, description="Of this batch.")
    ids: Ids | None = Field(
        None, description="A summary of these jobs, up to 1,000, instead of a list: it goes with nothing else."
    )

    @model_validator(mode="after")
    def ids_alone(self) -> Self:
        others = self.model_fields_set - {"ids"}
        if self.ids is not None and others:
            names = ", ".join(sorted(others))
            raise PydanticCustomError(
                "ids", "ids asks for a summary of these jobs; leave out {names}", {"names": names}
            )
        return self
