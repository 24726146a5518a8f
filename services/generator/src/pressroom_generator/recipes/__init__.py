"""One recipe per kind of job; `table` is all that a new one needs besides its file."""

from pressroom_common.contracts import GENERATE_ARTICLE, GENERATE_PROMPT
from pressroom_common.worker import Handler

from .article import article
from .article_steps import Habits
from .buying import Shop
from .drawing import Studio
from .prompt import prompt


def table(shop: Shop, studio: Studio, habits: Habits) -> dict[str, Handler]:
    """Handlers by kind."""
    return {
        GENERATE_PROMPT: lambda run: prompt(run, shop),
        GENERATE_ARTICLE: lambda run: article(run, shop, studio, habits),
    }
