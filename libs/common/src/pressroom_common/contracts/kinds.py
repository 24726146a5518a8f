"""What each kind of job takes and gives."""

from msgspec import Raw, Struct

from .envelope import NOTHING

GENERATE_PROMPT = "generation.prompt"


class PromptInput(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Of `generation.prompt`: the final text for the model."""

    prompt: str
    model: str = ""
    """Empty: the generator's default."""
    response_schema: Raw = NOTHING
    """JSON Schema that the content must satisfy."""


class PromptResult(Struct, frozen=True, kw_only=True, omit_defaults=True):
    content: str
    """With a response schema: JSON that satisfies it."""
    model: str
    """As the provider named it."""
