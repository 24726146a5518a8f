"""The ledger's log, over the gateway's internal HTTP."""

from types import TracebackType
from typing import Self

import aiohttp
import msgspec

from pressroom_common.contracts import TransitionPage
from pressroom_common.errors import Unavailable
from pressroom_common.service_tokens import ServiceToken, sign

_WHO = ServiceToken(issuer="monitor", audience="gateway", tenant_id="", role="service")
_page = msgspec.json.Decoder(TransitionPage)


class HttpLedger:
    """An async context: inside it there is a session. `seconds` bound each request as a whole."""

    def __init__(self, url: str, secret: str, seconds: float) -> None:
        self._url = f"{url.rstrip('/')}/internal/transitions"
        self._secret = secret
        self._timeout = aiohttp.ClientTimeout(total=seconds)
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(timeout=self._timeout)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def transitions(self, after: str, limit: int) -> TransitionPage:
        assert self._session is not None
        asked = {"after": after, "limit": str(limit)}
        headers = {"Authorization": f"Bearer {sign(_WHO, self._secret)}"}
        try:
            async with self._session.get(self._url, params=asked, headers=headers) as response:
                if response.status != 200:
                    raise Unavailable(f"the gateway answered {response.status} to a pull of the log")
                body = await response.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Unavailable(f"the gateway cannot be reached: {error!r}") from error
        return _page.decode(body)
