"""Fields that prompts share with the requests that use them."""

from typing import Annotated

from pydantic import Field, StringConstraints

from pressroom_gateway.fields import FilledText, Key, Line, Scalar, Text

LONGEST_TEMPLATE = 100_000
PRODUCTION = "production"
"""The label that a generation uses unless told otherwise; the first version gets it."""

PromptText = Annotated[FilledText, StringConstraints(max_length=LONGEST_TEMPLATE)]
Model = Annotated[Line, StringConstraints(max_length=100)]
Label = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,40}$")]
VersionNumber = Annotated[int, Field(ge=1, le=2**31 - 1)]
Variables = Annotated[dict[Key, Scalar], Field(max_length=200)]
AdditionalInstructions = Annotated[Text, StringConstraints(max_length=2000)]
