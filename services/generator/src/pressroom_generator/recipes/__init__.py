"""One recipe per kind of job; `table` is all that a new one needs besides its file."""

from pressroom_common.contracts import GENERATE_PROMPT
from pressroom_common.worker import Handler

from .buying import Shop
from .prompt import prompt


def table(shop: Shop) -> dict[str, Handler]:
    """Handlers by kind."""
    return {GENERATE_PROMPT: lambda run: prompt(run, shop)}
