"""A text on what cannot be unprinted."""

from collections.abc import Callable


class Page:
    """What was printed of it, and what has to be printed to have all of it there."""

    def __init__(self, write: Callable[[str], None], note: Callable[[str], None]) -> None:
        self._write = write
        self._note = note
        self.printed = ""

    def show(self, text: str, *, final: bool = False) -> None:
        """The text is now this. `final`: and nothing comes after it."""
        again, more = continuation(self.printed, text, final=final)
        if again:
            self.end_line()
            self._note("The text begins again.")
            self.printed = ""
        self._more(more)

    def end_line(self) -> None:
        """What is printed next has a line of its own."""
        if self.printed and not self.printed.endswith("\n"):
            self._more("\n")

    def end(self) -> None:
        """The text is complete."""
        self._more("\n")

    def _more(self, text: str) -> None:
        if text:
            self._write(text)
            self.printed += text


def continuation(printed: str, text: str, *, final: bool) -> tuple[bool, str]:
    """Whether the text begins again, and what to print.

    A worker that took over begins with nothing: until the text differs, or ends, it may become what was printed.
    """
    if text.startswith(printed):
        return False, text[len(printed) :]
    if printed.startswith(text) and not final:
        return False, ""
    return True, text
