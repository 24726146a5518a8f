"""What clients send to make and to see batches."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from pressroom_common.contracts import Lane
from pressroom_gateway.fields import SCALAR_WORDS, Form, Key, Metadata, MustBe, Name, Scalar
from pressroom_gateway.ledger.forms import JobConditions, NewGeneration
from pressroom_gateway.ledger.job import OnFailure

ItemName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,100}$")]
MOST_NEEDS = 100
"""Jobs that one job may depend on."""


class Output(Form):
    """The content of another item's job."""

    of: ItemName = Field(alias="from", description="The item's name; the job depends on it.")


Value = Annotated[Scalar | Output, MustBe(f'{SCALAR_WORDS}, or {{"from": the name of an item}}')]


class BulkItem(NewGeneration):
    """A generation, and what it waits for."""

    name: ItemName | None = Field(None, description="By which other items depend on it.", examples=["outline"])
    depends_on: Annotated[list[ItemName], Field(max_length=MOST_NEEDS)] = Field(
        [], description="Names of items whose jobs have to be completed before.", examples=[["outline"]]
    )
    on_failure: OnFailure = Field(
        "fail",
        description="When a job that it depends on fails or is cancelled: it fails (`dependency_failed`), or it is "
        "cancelled (`dependency_skipped`).",
    )
    variables: Annotated[dict[Key, Value], Field(max_length=200)] | None = Field(  # type: ignore[assignment]
        None,
        description='Values of `{{name}}`; `{"from": "outline"}` is the content of that item\'s job. Without them a '
        "`prompt` is taken as it is, with its braces.",
        examples=[{"topic": "tea", "outline": {"from": "outline"}}],
    )

    @model_validator(mode="after")
    def in_the_background(self) -> Self:
        if self.execution_mode != "async":
            raise PydanticCustomError("sync", "execution_mode: nobody waits for items of a bulk request, leave it out")
        return self

    @property
    def outputs(self) -> dict[str, str]:
        """Names of items by the variables that are their contents."""
        return {name: value.of for name, value in (self.variables or {}).items() if isinstance(value, Output)}

    @property
    def needs(self) -> list[str]:
        """Names of all items that it depends on, each once."""
        return list(dict.fromkeys([*self.depends_on, *self.outputs.values()]))

    @property
    def fields(self) -> dict[str, str]:
        """Where it names them, by their names: `depends_on`, or the first variable."""
        variables = {of: f"variables.{name}" for name, of in reversed(self.outputs.items())}
        return variables | dict.fromkeys(self.depends_on, "depends_on")


class BulkOptions(Form):
    """Of the request as a whole: fields beside `items`, or the query beside lines."""

    name: Name | None = Field(None, description="Of the batch, for people.")
    priority: Lane = Field("low", description="The lane of items that name none.")
    on_error: Literal["fail", "skip"] = Field(
        "fail", description="`fail`: one wrong item, and nothing is made. `skip`: the others are made."
    )


class NewBulk(BulkOptions):
    items: list[Any] = Field(min_length=1)
    metadata: Metadata | None = Field(None, description="Your own notes on the batch.")


class BulkDocument(BulkOptions):
    """For the documentation: items are checked one by one."""

    items: list[BulkItem]
    metadata: Metadata | None = None


class BatchJobQuery(JobConditions):
    """Jobs of one batch."""
