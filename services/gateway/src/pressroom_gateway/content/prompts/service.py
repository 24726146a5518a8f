"""Decides who may read and write which prompts."""

from collections.abc import Sequence
from uuid import UUID

from pressroom_gateway import problems
from pressroom_gateway.accounts.principal import Principal
from pressroom_gateway.content.contracts import PRODUCTION
from pressroom_gateway.problems import FieldError

from .contracts import NewPrompt, NewVersion, Prompt, PromptChange, PromptQuery, PromptVersion
from .ports import Prompts


class PromptService:
    """Every method raises Problem and Unavailable."""

    def __init__(self, prompts: Prompts) -> None:
        self._prompts = prompts

    async def add(self, principal: Principal, wish: NewPrompt) -> Prompt:
        owner = _owner(principal, system_wide=wish.system_wide)
        return await self._prompts.add(owner, wish, PRODUCTION, principal.created_by)

    async def find(self, principal: Principal, prompt_id: UUID) -> Prompt:
        return _found(await self._prompts.find(principal.tenant_id, prompt_id))

    async def page(self, principal: Principal, query: PromptQuery) -> Sequence[Prompt]:
        return await self._prompts.page(principal.tenant_id, query)

    async def change(self, principal: Principal, prompt_id: UUID, change: PromptChange) -> Prompt:
        owner = await self._writable(principal, prompt_id)
        return _found(await self._prompts.change(owner, prompt_id, change))

    async def delete(self, principal: Principal, prompt_id: UUID) -> None:
        owner = await self._writable(principal, prompt_id)
        await self._prompts.delete(owner, prompt_id)

    async def add_version(self, principal: Principal, prompt_id: UUID, wish: NewVersion) -> PromptVersion:
        owner = await self._writable(principal, prompt_id)
        version = await self._prompts.add_version(owner, prompt_id, wish, principal.created_by)
        if version is None:
            raise problems.not_found("prompt")
        return version

    async def versions(self, principal: Principal, prompt_id: UUID, before: int, count: int) -> Sequence[PromptVersion]:
        await self.find(principal, prompt_id)
        return await self._prompts.versions(principal.tenant_id, prompt_id, before, count)

    async def label(self, principal: Principal, prompt_id: UUID, label: str, version: int) -> Prompt:
        """Points the label at the version; from the next generation on it counts."""
        owner = await self._writable(principal, prompt_id)
        if not await self._prompts.label(owner, prompt_id, label, version, principal.created_by):
            raise problems.invalid(FieldError("version", f"the prompt has no version {version}"))
        return await self.find(principal, prompt_id)

    async def remove_label(self, principal: Principal, prompt_id: UUID, label: str) -> None:
        owner = await self._writable(principal, prompt_id)
        if not await self._prompts.remove_label(owner, prompt_id, label):
            raise problems.not_found("label")

    async def _writable(self, principal: Principal, prompt_id: UUID) -> UUID | None:
        """The prompt's owner: what is out of sight is 404, what is read-only 403."""
        prompt = await self.find(principal, prompt_id)
        return _owner(principal, system_wide=prompt.system_wide)


def _owner(principal: Principal, *, system_wide: bool) -> UUID | None:
    if not system_wide:
        return principal.tenant_id
    if not principal.may("admin"):
        raise problems.forbidden("System-wide prompts are written by super-admins. Make a prompt of your own.")
    return None


def _found(prompt: Prompt | None) -> Prompt:
    if prompt is None:
        raise problems.not_found("prompt")
    return prompt
