"""How the final text of a generation is made, and what it costs in questions."""

from dataclasses import dataclass, field
from uuid import UUID, uuid4

import pytest

from pressroom_gateway.content.composition import Composed, Ingredients, PageContext
from pressroom_gateway.content.ports import PromptSource
from pressroom_gateway.content.service import ContentService
from pressroom_gateway.problems import Problem

TENANT, PROMPT, PAGE = uuid4(), uuid4(), uuid4()


@dataclass
class SourcesInMemory:
    """Fulfils `Sources`; it writes down what it was asked."""

    prompts: dict[UUID, PromptSource] = field(default_factory=dict)
    pages: dict[UUID, PageContext] = field(default_factory=dict)
    asked: list[object] = field(default_factory=list)

    async def prompt(self, tenant_id: UUID, prompt_id: UUID, version: int | None, label: str) -> PromptSource | None:
        self.asked.append((tenant_id, prompt_id, version, label))
        return self.prompts.get(prompt_id)

    async def page(self, tenant_id: UUID, page_id: UUID) -> PageContext | None:
        self.asked.append((tenant_id, page_id))
        return self.pages.get(page_id)


@pytest.fixture
def sources() -> SourcesInMemory:
    prompt = PromptSource("Article", active=True, version=3, template="About {{topic}}.", model="m")
    page = PageContext("https://example.com", None, "tea", "en")
    return SourcesInMemory({PROMPT: prompt}, {PAGE: page})


async def compose(sources: SourcesInMemory, wish: Ingredients, *, preview: bool = False) -> Composed:
    return await ContentService(sources).compose(TENANT, wish, preview=preview)


async def refused(sources: SourcesInMemory, wish: Ingredients) -> Problem:
    with pytest.raises(Problem) as problem:
        await compose(sources, wish)
    return problem.value


async def test_a_prompt_is_asked_for_once_by_production(sources: SourcesInMemory) -> None:
    composed = await compose(sources, Ingredients(prompt_id=PROMPT, variables={"topic": "tea"}))
    assert composed == Composed("About tea.", PROMPT, 3, "m")
    assert sources.asked == [(TENANT, PROMPT, None, "production")]


async def test_a_text_of_the_requests_own_asks_nothing_and_is_taken_as_it_is(sources: SourcesInMemory) -> None:
    composed = await compose(sources, Ingredients(prompt_text="About {{topic}}.", additional_instructions="Be brief."))
    assert composed == Composed("About {{topic}}.\n\nAdditional instructions:\nBe brief.", None, None, None)
    assert sources.asked == []


async def test_a_text_with_variables_is_a_template(sources: SourcesInMemory) -> None:
    assert (await compose(sources, Ingredients(prompt_text="{{a}}", variables={"a": 1}))).text == "1"
    assert (await refused(sources, Ingredients(prompt_text="{{a}}", variables={}))).code == "missing_variable"


async def test_a_page_is_appended(sources: SourcesInMemory) -> None:
    composed = await compose(sources, Ingredients(prompt_text="Write.", page_id=PAGE))
    assert composed.text == "Write.\n\nPage:\nURL: https://example.com\nKeyword: tea\nLanguage: en"
    assert sources.asked == [(TENANT, PAGE)]


async def test_an_inactive_prompt_is_refused_but_previewed(sources: SourcesInMemory) -> None:
    sources.prompts[PROMPT] = PromptSource("Old", active=False, version=1, template="x", model=None)
    assert (await refused(sources, Ingredients(prompt_id=PROMPT))).code == "conflict"
    assert (await compose(sources, Ingredients(prompt_id=PROMPT), preview=True)).text == "x"


@pytest.mark.parametrize(
    ("wish", "status", "code", "fields"),
    [
        (Ingredients(prompt_id=uuid4()), 404, "not_found", []),
        (Ingredients(prompt_text="x", page_id=uuid4()), 404, "not_found", []),
        (Ingredients(prompt_id=PROMPT), 422, "missing_variable", ["variables.topic"]),
        (Ingredients(), 422, "invalid_request", ["prompt_id"]),
        (Ingredients(prompt_id=PROMPT, prompt_text="x"), 422, "invalid_request", ["prompt_id"]),
        (Ingredients(prompt_id=PROMPT, version=1, label="draft"), 422, "invalid_request", ["label"]),
        (Ingredients(prompt_text="x", label="draft"), 422, "invalid_request", ["version"]),
        (Ingredients(prompt_text="x", label="draft", prefix="prompt_"), 422, "invalid_request", ["prompt_version"]),
        (Ingredients(prompt_id=PROMPT, variables={"topic": "x" * 400_000}), 413, "too_large", []),
    ],
)
async def test_what_cannot_be_composed_is_told(
    sources: SourcesInMemory, wish: Ingredients, status: int, code: str, fields: list[str]
) -> None:
    problem = await refused(sources, wish)
    assert (problem.status, problem.code) == (status, code)
    assert [error.field for error in problem.errors] == fields


@pytest.mark.parametrize(
    ("wish", "field_"),
    [
        ({"version": 9}, "version"),
        ({"label": "draft"}, "label"),
        ({"version": 9, "prefix": "prompt_"}, "prompt_version"),
        ({"label": "draft", "prefix": "prompt_"}, "prompt_label"),
    ],
)
async def test_a_version_that_is_not_there_is_told(
    sources: SourcesInMemory, wish: dict[str, object], field_: str
) -> None:
    sources.prompts[PROMPT] = PromptSource("Article", active=True, version=None, template=None, model=None)
    problem = await refused(sources, Ingredients(prompt_id=PROMPT, **wish))  # type: ignore[arg-type]
    assert [error.field for error in problem.errors] == [field_]
