"""The text of a job as one client puts it together, who forgives nothing: what does not fit exactly is a fault."""

import re
from collections import Counter
from typing import NamedTuple

from chaos.live.sse import Event

LAST_WORDS = frozenset({"result", "error", "cancelled", "handed_over"})
TEXTS = frozenset({"delta", "keyframe"})
_KNOWN = LAST_WORDS | TEXTS | {"status", "progress"}
_ID = re.compile(r"(\d+)-(\d+)-\d+-(\d+)")


class Claim(NamedTuple):
    """That a text is of."""

    attempt: int
    number: int


NONE = Claim(0, 0)


class Transcript:
    """Over all connections, of which `connected` and `parted` tell."""

    def __init__(self) -> None:
        self.text = ""
        self.claims: list[Claim] = []
        """Whose texts it has had, each in place of the one before."""
        self.statuses: list[str] = []
        self.last_id = ""
        self.end: Event | None = None
        """How the job ended; a hand-over is no end."""
        self.counts: Counter[str] = Counter()
        """Events by name."""
        self.faults: list[str] = []
        self._last_word: str | None = None
        self._begins = False
        self._newest = NONE

    @property
    def claim(self) -> Claim:
        """That the text is of."""
        return self.claims[-1] if self.claims else NONE

    def connected(self, *, resuming: bool) -> None:
        """`resuming`: with the last id. Without it, the client begins from nothing, and so does its text."""
        self._last_word, self._begins, self._newest = None, True, NONE
        if not resuming:
            self.text, self.last_id = "", ""

    def parted(self, *, cleanly: bool) -> None:
        """`cleanly`: the server ended it, and nothing broke."""
        if cleanly and self._last_word is None:
            self._fault("the stream ended without a last word")

    @property
    def over(self) -> bool:
        """Whether this connection has heard its last word."""
        return self._last_word is not None

    def hear(self, event: Event) -> None:
        self.counts[event.name] += 1
        if self._last_word is not None:
            self._fault(f"{event.name} came after {self._last_word}")
        if event.name not in _KNOWN:
            self._fault(f"{event.name} is no event of a job's")
        if self._begins and event.name != "status":
            self._fault(f"{event.name} came first, not the status")
        self._begins = False
        if event.name in TEXTS:
            self._hear_text(event)
        elif event.name == "status":
            self.statuses.append(event.data["status"])
        elif event.name in LAST_WORDS:
            self._hear_last_word(event)
        self._check_position(event)

    def _hear_text(self, event: Event) -> None:
        offset, text, claim = event.data["offset"], event.data["text"], _claim(event)
        if event.name == "keyframe":
            if offset != 0:
                self._fault(f"a keyframe began at {offset}")
            self.text = text
        else:
            if offset != len(self.text):
                self._fault(f"a delta began at {offset}, but the text has {len(self.text)} code points")
            if self.text and claim != self.claim:
                self._fault(f"a delta of {claim} was told to a client that has text of {self.claim}")
            self.text = self.text[:offset] + text
        if claim < self._newest:
            self._fault(f"on one connection {claim} came after {self._newest}")
        self._newest = claim
        if claim != self.claim:
            self.claims.append(claim)

    def _hear_last_word(self, event: Event) -> None:
        self._last_word = event.name
        if event.name == "handed_over":
            return
        self.end = event
        if event.name == "result" and event.data["content"] != self.text:
            self._fault(f"the result's text is not that of the deltas, which has {len(self.text)} code points")

    def _check_position(self, event: Event) -> None:
        """The id says what the client has, whichever event is the last before it is cut off."""
        if not event.id:
            return
        self.last_id = event.id
        found = _ID.fullmatch(event.id)
        if found is None:
            self._fault(f"{event.id} is no id of an event")
            return
        attempt, number, offset = map(int, found.groups())
        if offset != len(self.text):
            self._fault(f"the id of {event.name} says {offset}, but the text has {len(self.text)} code points")
        if self.text and Claim(attempt, number) != self.claim:
            self._fault(f"the id of {event.name} is of {Claim(attempt, number)}, the text of {self.claim}")

    def _fault(self, words: str) -> None:
        self.faults.append(f"{words} (after {self.counts.total()} events, last id {self.last_id or 'none'})")


def _claim(event: Event) -> Claim:
    found = _ID.fullmatch(event.id)
    return Claim(int(found[1]), int(found[2])) if found else NONE
