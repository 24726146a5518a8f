"""What was heard of a content while it was written: a call that is cut off costs what it wrote so far."""

from collections.abc import Callable

from pressroom_common.worker import JobFailed
from pressroom_generator.measures import Measure


class Heard:
    """`most`: bytes after which a content has no end."""

    def __init__(self, measure: Measure, most: int) -> None:
        self.size = 0
        """In bytes."""
        self._measure = measure
        self._most = most

    def passing_on(self, on_text: Callable[[str], None]) -> Callable[[str], None]:
        """Counts a text, then tells it. Raises JobFailed instead where there is too much of it."""

        def hear(text: str) -> None:
            if not self.size:
                self._measure.text_began()
            self.size += len(text.encode())
            self._refuse_too_much()
            on_text(text)

        return hear

    def _refuse_too_much(self) -> None:
        if self.size > self._most:
            detail = f"The model was cut off after {self.size} bytes of content. Ask for less."
            raise JobFailed("content_too_large", detail, "permanent")
