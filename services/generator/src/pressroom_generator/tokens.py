"""Counts of tokens where the provider told none."""

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
