"""Counts of tokens where the provider told none."""

from msgspec.structs import replace

from pressroom_common.contracts import Usage

_BYTES_PER_TOKEN = 4
"""Roughly so for English in OpenAI's encodings. Good for an order of magnitude: it is marked, never billed."""


def estimate(prompt: str, content: str) -> Usage:
    return _estimated(prompt, len(content.encode()))


def unanswered(prompt: str, written: int = 0) -> Usage:
    """Of a call that was cut off: the prompt was read, `written` bytes of text came, and nobody knows what else."""
    return replace(_estimated(prompt, written), unknown_calls=1)


def _estimated(prompt: str, written: int) -> Usage:
    return Usage(
        calls=1,
        estimated_calls=1,
        input_tokens=-(-len(prompt.encode()) // _BYTES_PER_TOKEN),
        output_tokens=-(-written // _BYTES_PER_TOKEN),
    )
