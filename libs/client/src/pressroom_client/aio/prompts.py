"""`/v1/prompts`: prompts have immutable versions, and labels that point at them."""

from collections.abc import AsyncIterator, Mapping
from uuid import UUID

from pressroom_client.messages import Call, given, path
from pressroom_client.models import Prompt, PromptVersion, Rendered
from pressroom_client.retries import Safety

from .session import AsyncSession


class AsyncPrompts:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def create(
        self,
        name: str,
        template: str,
        *,
        type: str | None = None,  # noqa: A002 - the API's name
        model: str | None = None,
        active: bool = True,
        system_wide: bool = False,
    ) -> Prompt:
        """The template becomes version 1, labelled `production`."""
        body = given(
            name=name, template=template, type=type, model=model, active=active, system_wide=system_wide or None
        )
        return await self._session.ask(Prompt, Call("POST", path("prompts"), body=body, safety=Safety.ONCE))

    async def get(self, prompt_id: UUID | str) -> Prompt:
        return await self._session.ask(Prompt, Call("GET", path("prompts", prompt_id)))

    async def change(
        self,
        prompt_id: UUID | str,
        *,
        name: str | None = None,
        type: str | None = None,  # noqa: A002 - the API's name
        active: bool | None = None,
    ) -> Prompt:
        """Only what is given changes. Templates do not: add a version."""
        body = given(name=name, type=type, active=active)
        return await self._session.ask(Prompt, Call("PATCH", path("prompts", prompt_id), body=body))

    async def delete(self, prompt_id: UUID | str) -> None:
        """With all its versions."""
        await self._session.send(Call("DELETE", path("prompts", prompt_id), safety=Safety.ONCE))

    async def add_version(self, prompt_id: UUID | str, template: str, *, model: str | None = None) -> PromptVersion:
        """No label points at it yet: publish it by `set_label`."""
        body = given(template=template, model=model)
        call = Call("POST", path("prompts", prompt_id, "versions"), body=body, safety=Safety.ONCE)
        return await self._session.ask(PromptVersion, call)

    def versions(self, prompt_id: UUID | str, *, limit: int | None = None) -> AsyncIterator[PromptVersion]:
        """Newest first."""
        return self._session.pages(PromptVersion, path("prompts", prompt_id, "versions"), {}, limit)

    async def set_label(self, prompt_id: UUID | str, label: str, version: int) -> Prompt:
        """To publish a version is to point `production` at it."""
        call = Call("PUT", path("prompts", prompt_id, "labels", label), body={"version": version})
        return await self._session.ask(Prompt, call)

    async def remove_label(self, prompt_id: UUID | str, label: str) -> None:
        await self._session.send(Call("DELETE", path("prompts", prompt_id, "labels", label), safety=Safety.ONCE))

    async def render(
        self,
        prompt_id: UUID | str,
        variables: Mapping[str, str | int | float | bool] | None = None,
        *,
        page_id: UUID | str | None = None,
        additional_instructions: str | None = None,
        version: int | None = None,
        label: str | None = None,
    ) -> Rendered:
        """The final text that a generation would send, for nothing."""
        body = given(
            variables=variables,
            page_id=page_id,
            additional_instructions=additional_instructions,
            version=version,
            label=label,
        )
        return await self._session.ask(Rendered, Call("POST", path("prompts", prompt_id, "render"), body=body))

    def list(
        self,
        *,
        type: str | None = None,  # noqa: A002 - the API's name
        active: bool | None = None,
        system_wide: bool | None = None,
        text: str | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[Prompt]:
        """The tenant's own and system-wide ones, newest first; `text`: a part of the name."""
        query = {"type": type, "active": active, "system_wide": system_wide, "text": text}
        return self._session.pages(Prompt, path("prompts"), query, limit)
