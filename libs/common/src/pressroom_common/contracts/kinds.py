"""What each kind of job takes and gives."""

from msgspec import Raw, Struct

from .envelope import NOTHING
from .lifecycle import Lane
from .zuora import ZUORA_EXTRACT_TASKS, ZUORA_SYNC

GENERATE_PROMPT = "generation.prompt"
GENERATE_ARTICLE = "generation.article"

KINDS = (GENERATE_PROMPT, GENERATE_ARTICLE, ZUORA_SYNC, ZUORA_EXTRACT_TASKS)
STEPS: dict[str, dict[str, tuple[str, ...]]] = {
    GENERATE_PROMPT: {"text": ()},
    GENERATE_ARTICLE: {
        "headings": (),
        "section": ("headings",),
        "image": ("headings",),
        "summary": ("section",),
        "meta": ("summary",),
        "faq": ("section",),
    },
    ZUORA_SYNC: {},
    ZUORA_EXTRACT_TASKS: {},
}
"""By kind: its steps, in their order, and what each builds on. `section` stands for `section.1`, `section.2`, …"""


def redone(kind: str, from_step: str | None) -> tuple[str, ...]:
    """The step and all that builds on it; None: all steps. Raises KeyError for a step that the kind has not.

    One of several alike (`section.3`) is done again without the others.
    """
    steps = STEPS[kind]
    if from_step is None:
        return tuple(steps)
    name, _, number = from_step.partition(".")
    if number and not number.isdigit():
        raise KeyError(from_step)
    steps[name]
    again = {name}
    for step, needed in steps.items():
        if again & set(needed):
            again.add(step)
    return (from_step, *(step for step in steps if step in again and step != name))


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
