"""The steps of which jobs consist: which there are, and which are done again with which."""

import msgspec
from msgspec import Raw

from .articles import ArticleInput
from .kinds import GENERATE_ARTICLE, GENERATE_PROMPT
from .zuora import ZUORA_EXTRACT_TASKS, ZUORA_SYNC

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
_article = msgspec.json.Decoder(ArticleInput)


def steps_of(kind: str, input_: Raw) -> dict[str, int]:
    """The steps that a job with this input has, in their order, each with the number of parts that it consists of.

    0: it is one piece. An article's input that nobody can read raises msgspec.DecodeError.
    """
    steps = dict.fromkeys(STEPS[kind], 0)
    if kind != GENERATE_ARTICLE:
        return steps
    wanted = _article.decode(input_)
    absent = {name for name, count in (("image", wanted.images), ("faq", wanted.faq)) if not count}
    parts = {"section": wanted.sections, "image": wanted.images}
    return {name: parts.get(name, 0) for name in steps if name not in absent}


def redone(kind: str, from_step: str | None) -> tuple[str, ...]:
    """The step and all that builds on it; None: all steps. Raises KeyError for a step that the kind has not.

    One of several alike (`section.3`) is done again without the others. Whether the job has it, `steps_of` tells.
    """
    steps = STEPS[kind]
    if from_step is None:
        return tuple(steps)
    name, _, _ = from_step.partition(".")
    steps[name]
    again = {name}
    for step, needed in steps.items():
        if again & set(needed):
            again.add(step)
    return (from_step, *(step for step in steps if step in again and step != name))
