"""What each kind of job takes and gives."""

from msgspec import Raw, Struct

from .envelope import NOTHING
from .lifecycle import Lane
from .zuora import ZUORA_EXTRACT_TASKS, ZUORA_SYNC

GENERATE_PROMPT = "generation.prompt"
GENERATE_ARTICLE = "generation.article"

KINDS = (GENERATE_PROMPT, GENERATE_ARTICLE, ZUORA_SYNC, ZUORA_EXTRACT_TASKS)

_SERVICES = {"generation": "generator", "zuora": "zuora-sync"}


def service_of(kind: str) -> str:
    """The worker service that runs a kind of job."""
    return _SERVICES[kind.partition(".")[0]]


def lane_queue(service: str, lane: Lane) -> str:
    """The queue of a service's lane; also the routing key of its commands."""
    return f"{service}.{lane}"


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
