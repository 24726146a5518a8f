"""When a request is sent again, and after which wait. Pure: the caller sleeps, and throws the dice."""

from dataclasses import dataclass
from enum import Enum, auto

from .errors import PressroomError


class Safety(Enum):
    """What it means to send a request a second time."""

    REPEATABLE = auto()
    """The second one changes nothing: it reads, sets a value, or carries an idempotency key."""
    ONCE = auto()
    """It is sent again only where the first one was certainly not carried out."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A request that failed."""

    error: PressroomError
    refused: bool = False
    """It was certainly not carried out: no connection was made, or the rate limit stood before it."""


class Interrupted(Exception):
    """A request failed before its answer was read to the end."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(str(trouble.error))
        self.trouble = trouble


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    tries: int = 5
    """The first one counts."""
    first_seconds: float = 0.5
    """Before the second try; doubled from try to try."""
    longest_seconds: float = 30.0
    """No single wait is longer; where the gateway asks for more, the error is the caller's."""

    def wait(self, tried: int, trouble: Trouble, safety: Safety, dice: float) -> float | None:
        """Seconds until the next try after `tried` ones; None: there is none. `dice`: from 0 to 1.

        Waits vary by half, so that clients that failed together do not come back together.
        """
        if tried >= self.tries or not trouble.error.passing:
            return None
        if safety is Safety.ONCE and not trouble.refused:
            return None
        asked = trouble.error.retry_after or 0.0
        if asked > self.longest_seconds:
            return None
        backoff = min(self.first_seconds * 2.0 ** (tried - 1), self.longest_seconds)
        return asked + backoff * (0.5 + dice / 2)
