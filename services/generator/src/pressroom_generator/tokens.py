"""Counts of tokens where the provider told none."""

from msgspec.structs import replace

from pressroom_common.contracts import Usage

_BYTES_PER_TOKEN = 4
"""Roughly so for English in OpenAI's encodings. Good for an order of magnitude: it is marked, never billed."""


def estimate(prompt: str, content: str) -> Usage:
    return Usage(
        calls=1,
        estimated_calls=1,
        input_tokens=-(-len(prompt.encode()) // _BYTES_PER_TOKEN),
        output_tokens=-(-len(content.encode()) // _BYTES_PER_TOKEN),
    )


def unanswered(prompt: str) -> Usage:
    """Of a call that was cut off: the prompt was read, and what was written before nobody knows."""
    return replace(estimate(prompt, ""), unknown_calls=1)
