"""Where the gateway is, and who asks. The key is shown nowhere."""

from dataclasses import dataclass, field

import httpx2

from .errors import PressroomError
from .messages import CONNECT_SECONDS


@dataclass(frozen=True, slots=True)
class Connection:
    url: str = field(repr=False)
    key: str = field(repr=False)
    seconds: float = 30.0
    """How long the gateway may be silent."""

    def __post_init__(self) -> None:
        """Raises PressroomError, which repeats neither: they may stand in each other's place."""
        try:
            parsed = httpx2.URL(self.url)
        except httpx2.InvalidURL:
            parsed = httpx2.URL("")
        if parsed.scheme not in {"http", "https"} or not parsed.host:
            raise PressroomError(0, "settings", "The gateway's URL must be like http://127.0.0.1:8000.")
        if parsed.userinfo or parsed.query:
            raise PressroomError(0, "settings", "The gateway's URL must hold no user, no password and no query.")
        if not self.key or not self.key.isascii() or not self.key.isprintable() or " " in self.key:
            raise PressroomError(0, "settings", "The API key must be one like pr_…, without spaces.")

    @property
    def origin(self) -> str:
        """For messages."""
        return self.url.rstrip("/")

    @property
    def timeout(self) -> httpx2.Timeout:
        return httpx2.Timeout(self.seconds, connect=CONNECT_SECONDS)
