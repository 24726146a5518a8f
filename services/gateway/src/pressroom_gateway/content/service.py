"""Makes the final text of a generation. The ledger and `POST …/render` ask here, so that both show the same."""

from dataclasses import dataclass
from uuid import UUID

from pressroom_gateway import problems
from pressroom_gateway.problems import FieldError, Problem

from .composition import Composed, Ingredients, PageContext, join
from .contracts import PRODUCTION
from .ports import PromptSource, Sources
from .templates import MissingVariables, TooLong, Value, substitute

LONGEST_TEXT = 400_000
"""Characters of a composed text, the page and the instructions not counted."""


@dataclass(frozen=True, slots=True)
class _Template:
    text: str
    version: int | None
    model: str | None


class ContentService:
    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    async def compose(self, tenant_id: UUID, wish: Ingredients, *, preview: bool = False) -> Composed:
        """A query per stored source, none for a text of the request's own. A preview shows inactive prompts too.

        Raises Problem (what is unknown, inactive, missing or too long) and Unavailable.
        """
        _check(wish)
        template = await self._template(tenant_id, wish, preview=preview)
        text = _substitute(template.text, wish)
        page = await self._page(tenant_id, wish.page_id)
        return Composed(
            join(text, page, wish.additional_instructions), wish.prompt_id, template.version, template.model
        )

    async def _template(self, tenant_id: UUID, wish: Ingredients, *, preview: bool) -> _Template:
        if wish.prompt_id is None:
            return _Template(wish.prompt_text or "", None, None)
        label = wish.label or PRODUCTION
        source = await self._sources.prompt(tenant_id, wish.prompt_id, wish.version, label)
        if source is None:
            raise problems.not_found("prompt")
        if not source.active and not preview:
            raise problems.conflict(f"The prompt “{source.name}” is inactive. Activate it, or use another one.")
        return _version(source, wish, label)

    async def _page(self, tenant_id: UUID, page_id: UUID | None) -> PageContext | None:
        if page_id is None:
            return None
        page = await self._sources.page(tenant_id, page_id)
        if page is None:
            raise problems.not_found("page")
        return page


def _check(wish: Ingredients) -> None:
    if (wish.prompt_id is None) == (wish.prompt_text is None):
        raise problems.invalid(FieldError("prompt_id", "give either `prompt_id` or `prompt`"))
    if wish.prompt_id is None and (wish.version is not None or wish.label is not None):
        raise problems.invalid(FieldError(f"{wish.prefix}version", "a version or label needs `prompt_id`"))
    if wish.version is not None and wish.label is not None:
        either = f"give either `{wish.prefix}version` or `{wish.prefix}label`"
        raise problems.invalid(FieldError(f"{wish.prefix}label", either))


def _version(source: PromptSource, wish: Ingredients, label: str) -> _Template:
    if source.version is None or source.template is None:
        if wish.version is not None:
            raise problems.invalid(FieldError(f"{wish.prefix}version", f"the prompt has no version {wish.version}"))
        raise problems.invalid(FieldError(f"{wish.prefix}label", f"the prompt has no version labelled `{label}`"))
    return _Template(source.template, source.version, source.model)


def _substitute(template: str, wish: Ingredients) -> str:
    if wish.prompt_id is None and wish.variables is None:
        return template
    variables: dict[str, Value] = dict(wish.variables or {})
    try:
        return substitute(template, variables, LONGEST_TEXT)
    except MissingVariables as missing:
        raise _missing(missing) from missing
    except TooLong as error:
        raise problems.too_large(
            f"With its variables the text would pass {LONGEST_TEXT} characters. Send shorter values."
        ) from error


def _missing(missing: MissingVariables) -> Problem:
    errors = [FieldError(f"variables.{name}", "required by the prompt") for name in missing.names]
    detail = f"The prompt needs a value for: {', '.join(missing.names)}."
    return Problem(422, "missing_variable", detail, errors=errors)
