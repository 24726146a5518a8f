"""`/v1/prompts`."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from pressroom_gateway.accounts.principal import Principal
from pressroom_gateway.accounts.requires import requires
from pressroom_gateway.content.composition import Ingredients
from pressroom_gateway.content.contracts import Label
from pressroom_gateway.content.service import ContentService
from pressroom_gateway.pagination import Listing, PageQuery, listing

from .contracts import (
    LabelTarget,
    NewPrompt,
    NewVersion,
    Prompt,
    PromptChange,
    PromptQuery,
    PromptVersion,
    Rendered,
    RenderWish,
)
from .service import PromptService

router = APIRouter(prefix="/v1/prompts", tags=["prompts"])

_LARGEST_NUMBER = 2**31 - 1


async def _service(request: Request) -> PromptService:
    service: PromptService = request.app.state.prompts
    return service


async def _content(request: Request) -> ContentService:
    service: ContentService = request.app.state.content
    return service


Service = Annotated[PromptService, Depends(_service)]
Reader = Annotated[Principal, requires("prompts:read")]
Writer = Annotated[Principal, requires("prompts:write")]
LabelName = Annotated[Label, Path(examples=["draft"])]


@router.post("", status_code=201, summary="Make a prompt with its first version")
async def add_prompt(wish: NewPrompt, principal: Writer, service: Service, response: Response) -> Prompt:
    prompt = await service.add(principal, wish)
    response.headers["Location"] = f"/v1/prompts/{prompt.id}"
    return prompt


@router.get("", summary="List own and system-wide prompts")
async def list_prompts(query: Annotated[PromptQuery, Query()], principal: Reader, service: Service) -> Listing[Prompt]:
    return listing(await service.page(principal, query), query.limit, lambda prompt: prompt.id)


@router.get("/{prompt_id}", summary="Show a prompt")
async def show_prompt(prompt_id: UUID, principal: Reader, service: Service) -> Prompt:
    return await service.find(principal, prompt_id)


@router.patch("/{prompt_id}", summary="Rename, retype, activate or deactivate a prompt")
async def change_prompt(prompt_id: UUID, change: PromptChange, principal: Writer, service: Service) -> Prompt:
    return await service.change(principal, prompt_id, change)


@router.delete("/{prompt_id}", status_code=204, summary="Delete a prompt with all its versions")
async def delete_prompt(prompt_id: UUID, principal: Writer, service: Service) -> None:
    await service.delete(principal, prompt_id)


@router.post("/{prompt_id}/versions", status_code=201, summary="Add a version")
async def add_version(prompt_id: UUID, wish: NewVersion, principal: Writer, service: Service) -> PromptVersion:
    return await service.add_version(principal, prompt_id, wish)


@router.get("/{prompt_id}/versions", summary="List a prompt's versions, newest first")
async def list_versions(
    prompt_id: UUID, query: Annotated[PageQuery, Query()], principal: Reader, service: Service
) -> Listing[PromptVersion]:
    before = min(query.before.int, _LARGEST_NUMBER)  # a version's cursor holds its number
    found = await service.versions(principal, prompt_id, before, query.limit + 1)
    return listing(found, query.limit, lambda version: UUID(int=version.number))


@router.put("/{prompt_id}/labels/{label}", summary="Point a label at a version")
async def set_label(
    prompt_id: UUID, label: LabelName, target: LabelTarget, principal: Writer, service: Service
) -> Prompt:
    return await service.label(principal, prompt_id, label, target.version)


@router.delete("/{prompt_id}/labels/{label}", status_code=204, summary="Remove a label")
async def remove_label(prompt_id: UUID, label: LabelName, principal: Writer, service: Service) -> None:
    await service.remove_label(principal, prompt_id, label)


@router.post("/{prompt_id}/render", summary="Show the final text that a generation would send")
async def render(
    prompt_id: UUID, wish: RenderWish, principal: Reader, content: Annotated[ContentService, Depends(_content)]
) -> Rendered:
    ingredients = Ingredients(prompt_id=prompt_id, **wish.model_dump())
    composed = await content.compose(principal.tenant_id, ingredients, preview=True)
    assert composed.prompt_version is not None
    return Rendered(text=composed.text, prompt_version=composed.prompt_version, model=composed.model)
