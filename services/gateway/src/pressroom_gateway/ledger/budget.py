"""How much text one transaction carries: a gateway's memory does not grow with what its clients wait for."""

MOST_BYTES = 8_000_000
"""Of UTF-8. Each is there several times while it travels: as text, as JSON, and in the driver."""


class Budget:
    """One text goes in whatever its size, and then as many as fit."""

    def __init__(self) -> None:
        self._most = MOST_BYTES
        self._taken = 0

    def takes(self, size: int) -> bool:
        """Whether a text of so many bytes goes in; then it counts."""
        if self._taken and self._taken + size > self._most:
            return False
        self._taken += size
        return True
